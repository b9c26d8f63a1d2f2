namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>A picture that an engine sent, known by its first bytes, whatever the engine calls it.</summary>
/// <param name="Bytes">The whole file.</param>
/// <param name="ContentType"><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
/// <param name="Extension">With its dot.</param>
public sealed record EngineImage(ReadOnlyMemory<byte> Bytes, string ContentType, string Extension)
{
    /// <summary>A picture of one of the known kinds; null for anything else.</summary>
    public static EngineImage? Of(ReadOnlyMemory<byte> bytes)
    {
        var start = bytes.Span;
        return start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? new(bytes, "image/png", ".png")
            : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? new(bytes, "image/jpeg", ".jpg")
            : start.Length > 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8) ? new(bytes, "image/webp", ".webp")
            : null;
    }

    /// <summary>A picture in Base64, also as a <c>data:</c> address, over several lines, in the alphabet of addresses or without its padding; null for anything else.</summary>
    public static EngineImage? FromBase64(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var digits = text.AsSpan().Trim();
        if (digits.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            var comma = digits.IndexOf(',');
            digits = comma < 0 ? [] : digits[(comma + 1)..];
        }

        var plain = new char[digits.Length + 3];
        var length = 0;
        foreach (var c in digits)
        {
            if (!char.IsWhiteSpace(c) && c != '=')
            {
                plain[length++] = c switch { '-' => '+', '_' => '/', _ => c };
            }
        }

        for (; length % 4 != 0 && length < plain.Length; length++)
        {
            plain[length] = '=';
        }

        var bytes = new byte[length / 4 * 3];
        return Convert.TryFromBase64Chars(plain.AsSpan(0, length), bytes, out var written) ? Of(bytes.AsMemory(0, written)) : null;
    }
}
