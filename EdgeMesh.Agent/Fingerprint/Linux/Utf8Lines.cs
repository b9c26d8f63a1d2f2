using System.Buffers.Text;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Reads numbers from kernel text without making strings, for what runs twice a second.</summary>
public static class Utf8Lines
{
    /// <summary>The number after a key at the start of a line (<c>MemAvailable:   123 kB</c>, <c>inactive_file 123</c>); null when absent.</summary>
    public static long? Value(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (!line.StartsWith(key) || line.Length == key.Length || (line[key.Length] is not (byte)':' and not (byte)' '))
                continue;
            return Utf8Parser.TryParse(line[(key.Length + 1)..].TrimStart(" \t"u8), out long value, out _) ? value : null;
        }

        return null;
    }
}
