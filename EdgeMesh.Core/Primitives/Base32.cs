using System.Buffers;

namespace EdgeMesh.Core.Primitives;

/// <summary>Lower-case RFC 4648 base32 without padding: safe in URLs, file names and speech.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    // The same characters in the order a text comparison has them.
    private const string Ordered = "234567abcdefghijklmnopqrstuvwxyz";

    /// <summary>Encodes bytes, five bits a character, the last group filled with zero bits.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Encode(bytes, Alphabet);

    /// <summary>Encodes with the same characters, but so that texts sort (ordinal) as their bytes do. Not RFC 4648.</summary>
    public static string EncodeOrdered(ReadOnlySpan<byte> bytes) => Encode(bytes, Ordered);

    /// <summary>Whether the text has only characters of this alphabet.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Characters);

    /// <summary>The bytes of what <see cref="Encode(ReadOnlySpan{byte})"/> made; throws <see cref="FormatException"/> for other characters.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length * 5 / 8];
        int buffer = 0, bits = 0, at = 0;
        foreach (var c in text)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            buffer = (buffer << 5) | (value >= 0 ? value : throw new FormatException($"'{c}' is not base32."));
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[at++] = (byte)(buffer >> bits);
            }
        }

        return bytes;
    }

    private static string Encode(ReadOnlySpan<byte> bytes, string alphabet)
    {
        var text = new char[((bytes.Length * 8) + 4) / 5];
        int buffer = 0, bits = 0, at = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8) | b;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[at++] = alphabet[(buffer >> (bits - 5)) & 31];
            }
        }

        if (bits > 0)
        {
            text[at] = alphabet[(buffer << (5 - bits)) & 31];
        }

        return new string(text);
    }
}
