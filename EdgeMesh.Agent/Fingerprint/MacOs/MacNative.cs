using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EdgeMesh.Agent.Fingerprint.MacOs;

/// <summary>The Mach calls that telemetry needs twice a second.</summary>
[SupportedOSPlatform("macos")]
internal static partial class MacNative
{
    public const int CpuLoadInfo = 3; // HOST_CPU_LOAD_INFO: uint ticks of user, system, idle, nice
    public const int VmInfo64 = 4;    // HOST_VM_INFO64: vm_statistics64; begins with uint pages free, active, inactive, wired
    public const int VmInfo64Words = 38;

    [LibraryImport("libSystem.dylib", EntryPoint = "mach_host_self"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial uint MachHostSelf();

    [LibraryImport("libSystem.dylib", EntryPoint = "host_statistics64"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int HostStatistics64(uint host, int flavor, Span<uint> info, ref uint count);

    [LibraryImport("libSystem.dylib", EntryPoint = "host_page_size"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int HostPageSize(uint host, out nuint size);
}
