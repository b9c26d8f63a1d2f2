using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Sampling;

/// <summary>Live figures of Windows by kernel32. Temperature needs administrator rights there, so it stays unknown.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsSampler : ISampler
{
    public CpuTimes? Cpu() =>
        WindowsNative.GetSystemTimes(out var idle, out var kernel, out var user) ? new CpuTimes(kernel + user - idle, kernel + user) : null; // kernel includes idle

    public long? RamFreeMb()
    {
        var status = new WindowsNative.MemoryStatus { Length = (uint)Unsafe.SizeOf<WindowsNative.MemoryStatus>() };
        return WindowsNative.GlobalMemoryStatusEx(ref status) ? (long)(status.AvailablePhysical / 1024 / 1024) : null;
    }

    public BatteryReading? Battery() =>
        WindowsNative.GetSystemPowerStatus(out var status) ? Reading(status.AcLine, status.BatteryFlag, status.BatteryPercent) : null;

    /// <summary>SYSTEM_POWER_STATUS as a reading: flag 128 is "no battery", 255 "unknown"; mains 1, battery 0.</summary>
    public static BatteryReading? Reading(byte acLine, byte batteryFlag, byte percent) =>
        batteryFlag == 255 || (batteryFlag & 128) != 0 || percent > 100 ? null : new BatteryReading(percent, acLine switch { 0 => false, 1 => true, _ => null });

    public double? TemperatureC() => null;

    public long? AgentRamMb() => Environment.WorkingSet / 1024 / 1024;
}
