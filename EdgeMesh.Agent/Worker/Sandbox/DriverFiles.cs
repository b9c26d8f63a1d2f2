namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>What drivers of accelerators need, by execution provider: the only device files that a worker may use. Named here, shown on the device page.</summary>
internal static class DriverFiles
{
    private const string Dev = "/dev";

    private static readonly Dictionary<string, string[]> Patterns = new(StringComparer.Ordinal)
    {
        ["CUDAExecutionProvider"] = ["nvidia*"],
        ["QNNExecutionProvider"] = ["fastrpc-*", "adsprpc-smd*", "kgsl-3d0", "dma_heap"],
        ["OpenVINOExecutionProvider"] = ["accel", "dri"],
    };

    /// <summary>Those of a provider that are on this machine, absolute; none for the CPU.</summary>
    public static ImmutableArray<string> Of(string provider) =>
        !OperatingSystem.IsLinux() || !Patterns.TryGetValue(provider, out var patterns) ? []
            : [.. patterns.SelectMany(p => Directory.EnumerateFileSystemEntries(Dev, p)).Order(StringComparer.Ordinal)];

    /// <summary>What a driver reads besides of the kernel.</summary>
    public static ImmutableArray<string> Reads(string provider) => Patterns.ContainsKey(provider) ? ["/proc/driver", "/proc/devices", "/sys/bus", "/sys/class", "/sys/devices", "/opt", "/usr/share"] : [];
}
