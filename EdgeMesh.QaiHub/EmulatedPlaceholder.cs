namespace EdgeMesh.QaiHub;

/// <summary>Files by which the emulator stands for what only the service can make (.dlc, .bin, .tflite, and those inside a precompiled .onnx.zip). They say so in their first line; nothing can run them.</summary>
public static class EmulatedPlaceholder
{
    /// <summary>What such a file begins with, in ASCII. In a .tflite it comes after eight bytes, by which tools know that format.</summary>
    public const string FirstLine = "EDGEMESH-EMULATED-PLACEHOLDER";

    private const int TfLiteHead = 8;

    /// <summary>Whether a file that begins with these bytes is such a placeholder; 40 bytes are enough.</summary>
    public static bool Is(ReadOnlySpan<byte> head) =>
        head.StartsWith("EDGEMESH-EMULATED-PLACEHOLDER"u8) || (head.Length > TfLiteHead && head[TfLiteHead..].StartsWith("EDGEMESH-EMULATED-PLACEHOLDER"u8));
}
