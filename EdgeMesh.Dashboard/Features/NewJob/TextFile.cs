using System.Text;
using EdgeMesh.Core.Jobs;
using Microsoft.AspNetCore.Components.Forms;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>Reads text files, and only those.</summary>
public static class TextFile
{
    private static readonly (byte[] Start, string What, string Remedy)[] Known =
    [
        ("%PDF"u8.ToArray(), "a PDF", "Open it, copy its text and paste it here."),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG image", "Choose a file that holds text."),
        ([0xFF, 0xD8, 0xFF], "a JPEG image", "Choose a file that holds text."),
        ("GIF8"u8.ToArray(), "a GIF image", "Choose a file that holds text."),
        ("PK\u0003\u0004"u8.ToArray(), "a Word, Excel or ZIP file", "Save it as plain text, or copy its text and paste it here."),
        ([0x1F, 0x8B], "a gzip archive", "Unpack it first."),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "a program", "Choose a file that holds text."),
        ("MZ"u8.ToArray(), "a program", "Choose a file that holds text."),
    ];

    /// <summary>The file's text, or in words why it is not taken.</summary>
    public static async Task<(string? Text, string? Refused)> ReadAsync(IBrowserFile file, JobLimits limits, CancellationToken cancellationToken)
    {
        if (file.Size > limits.MaxTextBytes)
        {
            return (null, $"{file.Name} has {file.Size:N0} bytes; a text may have {limits.MaxTextBytes:N0}. Split it, or choose a part of it.");
        }

        using var bytes = new MemoryStream();
        try
        {
            await using var stream = file.OpenReadStream(limits.MaxTextBytes, cancellationToken);
            await stream.CopyToAsync(bytes, cancellationToken);
        }
        catch (IOException e)
        {
            return (null, $"{file.Name} could not be read: {e.Message} Choose it again.");
        }

        var content = bytes.ToArray();
        return Decode(content) is not { } text ? (null, Refuse(file.Name, content))
            : string.IsNullOrWhiteSpace(text) ? (null, $"{file.Name} is empty.")
            : (text, null);
    }

    /// <summary>The text of UTF-8 or (with its mark) UTF-16 bytes; null when they are not text.</summary>
    public static string? Decode(byte[] bytes)
    {
        if (Array.Exists(Known, k => bytes.AsSpan().StartsWith(k.Start) && k.Start.Length > 2))
        {
            return null;
        }

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

    private static string Refuse(string name, byte[] bytes)
    {
        var known = Array.Find(Known, k => bytes.AsSpan().StartsWith(k.Start));
        return known.What is null
            ? Array.IndexOf(bytes, (byte)0) < 0
                ? $"{name} is not UTF-8. It may be an older encoding such as Latin-1 or Windows-1252: save it as UTF-8 and choose it again."
                : $"{name} is not a text file. Choose one in UTF-8 or UTF-16, such as .txt, .md or .csv."
            : $"{name} is not a text file: it is {known.What}. {known.Remedy}";
    }
}
