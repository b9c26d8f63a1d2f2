using System.Text;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>Reads text files, and only those.</summary>
public static class TextFile
{
    /// <summary>The text of UTF-8 or (with its mark) UTF-16 bytes; null when they are not text.</summary>
    public static string? Decode(byte[] bytes)
    {
        var encoding = bytes is [0xFF, 0xFE, ..] ? new UnicodeEncoding(false, true, true)
            : bytes is [0xFE, 0xFF, ..] ? new UnicodeEncoding(true, true, true)
            : (Encoding)new UTF8Encoding(true, true);
        try
        {
            var text = encoding.GetString(bytes).TrimStart('\uFEFF');
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
