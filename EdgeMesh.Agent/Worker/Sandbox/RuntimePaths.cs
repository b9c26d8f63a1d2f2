using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>What every worker reads on Linux: this program, .NET, the system's libraries, and a few figures of the kernel.</summary>
internal static class RuntimePaths
{
    /// <summary>Where .NET itself is; null in a program that brings it along.</summary>
    public static string? DotnetRoot => RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/') is var folder
        && Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(folder))) is { } root && Directory.Exists(Path.Combine(root, "shared")) ? root : null;

    public static IReadOnlyList<string> Read() =>
    [
        "/usr/lib", "/lib", "/usr/lib64", "/lib64", "/usr/lib32", "/usr/local/lib", "/etc/ld.so.cache", "/system/lib64", "/system/bin/linker64", "/apex",
        .. Program(), .. DotnetRoot is { } root ? (string[])[root] : [],
        // Where a single file unpacked its native libraries.
        .. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm", "/sys/devices/system", "/sys/fs/cgroup", "/dev/urandom", "/dev/random",
    ];

    public static IReadOnlyList<string> Devices { get; } = ["/dev/null", "/dev/zero"];

    // Entry by entry, so that a data directory beside the program (a key is in it) does not come along.
    private static IEnumerable<string> Program() =>
        [.. Environment.ProcessPath is { } program ? (string[])[program] : [], .. Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory).Where(e => !HasKey(e))];

    private static bool HasKey(string folder) => File.Exists(Path.Combine(folder, "device.key")) || File.Exists(Path.Combine(folder, "admin.key"));
}
