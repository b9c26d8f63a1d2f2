using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Fingerprint.HostAccess;

/// <summary>The ways a fingerprint reads a host, all over <see cref="IDeviceHost.Read"/>.</summary>
public static class HostExtensions
{
    /// <summary>Larger than any file of /proc or /sys worth reading.</summary>
    public const int MaxTextBytes = 256 * 1024;

    /// <summary>The beginning of a text file; null when it cannot be read.</summary>
    public static string? ReadText(this IDeviceHost host, string path, int maxBytes = MaxTextBytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(maxBytes);
        try
        {
            var length = host.Read(path, buffer.AsSpan(0, maxBytes));
            return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A one-line attribute as sysfs and device trees hold it, without NULs and blanks around it; null when missing or blank.</summary>
    public static string? ReadLine(this IDeviceHost host, string path) =>
        host.ReadText(path, 4096) is { } text && text.Split('\n', 2)[0].Trim('\0', ' ', '\t', '\r') is { Length: > 0 } line ? line : null;

    /// <summary>A device-tree string list: strings that end in NUL.</summary>
    public static IReadOnlyList<string> ReadStrings(this IDeviceHost host, string path) =>
        host.ReadText(path, 4096) is { } text ? text.Split(['\0', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];

    /// <summary>A file that holds one decimal number; null when it is missing or holds anything else.</summary>
    public static long? ReadNumber(this IDeviceHost host, string path)
    {
        Span<byte> buffer = stackalloc byte[32];
        var length = host.Read(path, buffer);
        return length > 0 && long.TryParse(buffer[..length].Trim(" \t\r\n\0"u8), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }

    /// <summary>The pairs of a <c>KEY=value</c> file such as <c>uevent</c> or <c>os-release</c>, unquoted; the first of a key counts.</summary>
    public static IReadOnlyDictionary<string, string> ReadPairs(this IDeviceHost host, string path)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (host.ReadText(path, 64 * 1024) ?? "").Split('\n', StringSplitOptions.TrimEntries))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
                pairs.TryAdd(line[..equals], line[(equals + 1)..].Trim('"', '\''));
        }

        return pairs;
    }
}
