namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>What drivers of accelerators need, by execution provider: the only device files that a worker may use. Named here, shown on the device page.</summary>
internal static class DriverFiles
{
    private const string Dev = "/dev";
    private const string Suffix = "ExecutionProvider";

    private static readonly SortedDictionary<string, string[]> Patterns = new(StringComparer.Ordinal)
    {
        ["CUDAExecutionProvider"] = ["nvidia*"],
        ["QNNExecutionProvider"] = ["fastrpc-*", "adsprpc-smd*", "kgsl-3d0", "dma_heap"],
        ["OpenVINOExecutionProvider"] = ["accel", "dri"],
    };

    private static readonly ImmutableArray<string> s_reads = ["/proc/driver", "/proc/devices", "/sys/bus", "/sys/class", "/sys/devices", "/opt", "/usr/share"];

    /// <summary>Those of a provider that are on this machine, absolute; none for the CPU.</summary>
    public static ImmutableArray<string> Of(string provider) =>
        !OperatingSystem.IsLinux() || !Patterns.ContainsKey(provider) ? [] : Of(provider, Directory.EnumerateFileSystemEntries(Dev).Select(e => Path.GetFileName(e)));

    /// <summary>What a driver reads besides of the kernel.</summary>
    public static ImmutableArray<string> Reads(string provider) => Patterns.ContainsKey(provider) ? s_reads : [];

    /// <summary>All of it for the device page: for each engine that has drivers here, and what these read besides.</summary>
    /// <param name="present">The names in <c>/dev</c>.</param>
    public static IEnumerable<(string Name, string Value)> Describe(IReadOnlyCollection<string> present)
    {
        var allowed = Patterns.Keys.Select(p => (Name: p[..^Suffix.Length], Files: Of(p, present))).Where(p => !p.Files.IsEmpty).ToList();
        return allowed.Count == 0 ? [("Sandbox allows drivers", $"nothing: {Dev} has no files of {string.Join(", ", Patterns.Keys.Select(p => p[..^Suffix.Length]))}")]
            : [.. allowed.Select(p => ($"Sandbox allows {p.Name}", string.Join(", ", p.Files))), ("Sandbox lets drivers read", string.Join(", ", s_reads))];
    }

    private static ImmutableArray<string> Of(string provider, IEnumerable<string> present) =>
        [.. present.Where(n => Patterns[provider].Any(p => p[^1] == '*' ? n.StartsWith(p[..^1], StringComparison.Ordinal) : n == p)).Order(StringComparer.Ordinal).Select(n => $"{Dev}/{n}")];
}
