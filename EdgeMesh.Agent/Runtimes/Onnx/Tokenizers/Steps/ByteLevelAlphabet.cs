using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>GPT-2's alphabet: every byte as one printable character; bytes that print stand for themselves, the rest from U+0100 on.</summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Chars = Build();
    private static readonly Dictionary<char, byte> Bytes = Chars.Select((c, i) => (c, (byte)i)).ToDictionary(p => p.c, p => p.Item2);

    public static string Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return string.Create(bytes.Length, bytes, static (span, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                span[i] = Chars[source[i]];
            }
        });
    }

    /// <summary>Adds the bytes of a token; one that is not in the alphabet as a whole gives its own UTF-8.</summary>
    public static void Decode(string token, List<byte> bytes)
    {
        var start = bytes.Count;
        foreach (var c in token)
        {
            if (!Bytes.TryGetValue(c, out var value))
            {
                bytes.RemoveRange(start, bytes.Count - start);
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }

            bytes.Add(value);
        }
    }

    private static char[] Build()
    {
        var next = 256;
        return [.. Enumerable.Range(0, 256).Select(b => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++)];
    }
}
