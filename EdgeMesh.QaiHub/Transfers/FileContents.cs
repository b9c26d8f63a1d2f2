namespace EdgeMesh.QaiHub.Transfers;

/// <summary>Tells from the first bytes whether a file can be what it should be. An emulator's placeholder stands for anything; the model store refuses to run it.</summary>
internal static class FileContents
{
    private const byte OnnxIrVersionField = 0x08;

    /// <summary>Why it cannot, or null.</summary>
    public static string? Problem(FileContent content, ReadOnlySpan<byte> head) =>
        content == FileContent.Any ? null
        : head.IsEmpty ? "The file is empty."
        : Fits(content, head) || EmulatedPlaceholder.Is(head) ? null
        : IsMarkup(head) ? $"The file is a web page or a message, not {Words(content)}."
        : $"The file is not {Words(content)}.";

    private static bool Fits(FileContent content, ReadOnlySpan<byte> head) => content switch
    {
        FileContent.Zip => IsZip(head),
        FileContent.Tflite => head.Length >= 8 && head[4..8].SequenceEqual("TFL3"u8),
        FileContent.Onnx => IsZip(head) || head[0] == OnnxIrVersionField,
        _ => !IsMarkup(head),
    };

    private static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8);

    private static bool IsMarkup(ReadOnlySpan<byte> head) => head.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'<' or (byte)'{', ..];

    private static string Words(FileContent content) => content switch
    {
        FileContent.Zip => "a zip",
        FileContent.Tflite => "a TensorFlow Lite model",
        FileContent.Onnx => "an ONNX model",
        _ => "a compiled model",
    };
}
