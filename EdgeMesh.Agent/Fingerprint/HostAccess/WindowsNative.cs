using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EdgeMesh.Agent.Fingerprint.HostAccess;

/// <summary>The few calls of kernel32 that telemetry needs twice a second.</summary>
[SupportedOSPlatform("windows")]
internal static partial class WindowsNative
{
    // winnt.h: PF_ARM_…_INSTRUCTIONS_AVAILABLE
    private static readonly (uint Feature, string Name)[] Features =
        [(43, "DotProd"), (46, "SVE"), (47, "SVE2"), (66, "I8MM"), (67, "FP16"), (68, "BF16"), (70, "SME"), (71, "SME2")];

    /// <summary>Instruction sets that Windows on Arm reports; empty on x64.</summary>
    public static ImmutableArray<string> ArmFeatures() =>
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? [.. Features.Where(f => IsProcessorFeaturePresent(f.Feature)).Select(f => f.Name)] : [];

    [LibraryImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetSystemTimes(out long idle, out long kernel, out long user);

    [LibraryImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GlobalMemoryStatusEx(ref MemoryStatus status);

    [LibraryImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetSystemPowerStatus(out PowerStatus status);

    [LibraryImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool IsProcessorFeaturePresent(uint feature);

    /// <summary>MEMORYSTATUSEX; <see cref="Length"/> is its size in bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MemoryStatus
    {
        public uint Length;
        public uint LoadPercent;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }

    /// <summary>SYSTEM_POWER_STATUS.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PowerStatus
    {
        public byte AcLine;
        public byte BatteryFlag;
        public byte BatteryPercent;
        public byte SystemStatus;
        public uint BatteryLifeTime;
        public uint BatteryFullLifeTime;
    }
}
