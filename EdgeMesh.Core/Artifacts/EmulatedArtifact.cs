namespace EdgeMesh.Core.Artifacts;

/// <summary>
/// The mark of a file that the AI Hub emulator made in place of a compiled model: it begins with this line. Stores keep such a file, and
/// nothing runs it.
/// </summary>
public static class EmulatedArtifact
{
    /// <summary>The first line, ASCII; a line feed follows.</summary>
    public const string Line = "EDGEMESH-EMULATED-PLACEHOLDER";

    /// <summary>Why it is not run, in words.</summary>
    public const string Why = "It is a placeholder that the AI Hub emulator made: there is nothing in it to run. Compile the model with the real AI Hub.";

    private static ReadOnlySpan<byte> Mark => "EDGEMESH-EMULATED-PLACEHOLDER\n"u8;

    /// <summary>How many bytes must be looked at.</summary>
    public static int MarkBytes => Mark.Length;

    /// <summary>Whether a file that begins with these bytes is a placeholder.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> start) => start.StartsWith(Mark);

    /// <summary>Whether this file is one; false when it cannot be read.</summary>
    public static bool IsMarked(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[64];
            return IsMarked(start[..file.ReadAtLeast(start[..MarkBytes], MarkBytes, throwOnEndOfStream: false)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
