using System.Collections.Immutable;
using System.Globalization;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>The processor blocks of <c>/proc/cpuinfo</c> (key → value), and what stands outside of them.</summary>
public sealed record CpuInfo(ImmutableArray<IReadOnlyDictionary<string, string>> Processors, IReadOnlyDictionary<string, string> Tail)
{
    /// <summary>Reads the text in either x86 or Arm style; what is not <c>key : value</c> is skipped.</summary>
    public static CpuInfo Parse(string text)
    {
        var processors = ImmutableArray.CreateBuilder<IReadOnlyDictionary<string, string>>();
        var tail = new Dictionary<string, string>(StringComparer.Ordinal);
        Dictionary<string, string>? current = null;
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                current = string.IsNullOrWhiteSpace(line) ? null : current;
                continue;
            }

            var key = line[..colon].Trim();
            var value = line[(colon + 1)..].Trim();
            if (key == "processor")
                processors.Add(current = new(StringComparer.Ordinal));
            (current ?? tail).TryAdd(key, value);
        }

        return new CpuInfo(processors.ToImmutable(), tail);
    }

    /// <summary>The value of a key on the first processor that has it; null when none has.</summary>
    public string? First(string key) =>
        Processors.Select(p => p.GetValueOrDefault(key)).FirstOrDefault(v => !string.IsNullOrEmpty(v));

    /// <summary>The flags of every processor together (<c>flags</c> on x86, <c>Features</c> on Arm).</summary>
    public IEnumerable<string> Flags =>
        Processors.SelectMany(p => new[] { p.GetValueOrDefault("flags"), p.GetValueOrDefault("Features") })
            .OfType<string>().Distinct(StringComparer.Ordinal).SelectMany(f => f.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Distinct (package, core) pairs; null when the text does not say.</summary>
    public int? PhysicalCores =>
        Processors.Select(p => (Package: p.GetValueOrDefault("physical id"), Core: p.GetValueOrDefault("core id")))
            .Where(p => p.Core is not null).Distinct().Count() is > 0 and var n ? n : null;

    /// <summary>The core designs of an Arm processor, most numerous first, such as <c>5× Cortex-A720 + 1× Cortex-X4</c>; null when not Arm or unknown.</summary>
    public string? ArmCores()
    {
        var designs = Processors
            .Select(p => (Implementer: Hex(p.GetValueOrDefault("CPU implementer")), Part: Hex(p.GetValueOrDefault("CPU part"))))
            .Where(p => p.Implementer is not null && p.Part is not null)
            .GroupBy(p => ArmParts.Name(p.Implementer!.Value, p.Part!.Value), StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()}× {g.Key}"))
            .ToArray();
        return designs.Length > 0 ? string.Join(" + ", designs) : null;
    }

    private static int? Hex(string? text) =>
        text is not null && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
