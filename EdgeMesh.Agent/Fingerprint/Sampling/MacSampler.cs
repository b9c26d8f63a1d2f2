using System.Runtime.Versioning;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.MacOs;

namespace EdgeMesh.Agent.Fingerprint.Sampling;

/// <summary>Live figures of macOS by Mach calls; the battery by <c>pmset</c> in the background. No public call tells the temperature.</summary>
[SupportedOSPlatform("macos")]
public sealed class MacSampler : ISampler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly uint self = MacNative.MachHostSelf();
    private readonly long pageSize;
    private readonly BackgroundBattery battery;
    private readonly TickCounter[] ticks = new TickCounter[4];

    public MacSampler(IDeviceHost host, TimeProvider time)
    {
        pageSize = MacNative.HostPageSize(self, out var size) == 0 ? (long)size : Environment.SystemPageSize;
        battery = new BackgroundBattery(
            async token => PmsetBattery.Parse(await host.RunAsync(PmsetBattery.Program, PmsetBattery.Arguments, Patience, token) ?? ""), time);
    }

    public CpuTimes? Cpu()
    {
        Span<uint> info = stackalloc uint[4];
        var count = (uint)info.Length;
        if (MacNative.HostStatistics64(self, MacNative.CpuLoadInfo, info, ref count) != 0 || count < 4)
            return null;
        double total = 0;
        for (var i = 0; i < 4; i++)
            total += ticks[i].Advance(info[i]);
        return new CpuTimes(total - ticks[2].Total, total);
    }

    /// <summary>Free and inactive pages: what new processes get without swapping.</summary>
    public long? RamFreeMb()
    {
        Span<uint> info = stackalloc uint[MacNative.VmInfo64Words];
        var count = (uint)info.Length;
        return MacNative.HostStatistics64(self, MacNative.VmInfo64, info, ref count) == 0 && count >= 3 ? ((long)info[0] + info[2]) * pageSize / 1024 / 1024 : null;
    }

    public BatteryReading? Battery() => battery.Latest();

    public double? TemperatureC() => null;

    public long? AgentRamMb() => Environment.WorkingSet / 1024 / 1024;
}

/// <summary>Adds up a 32-bit counter that wraps around.</summary>
internal record struct TickCounter
{
    private uint last;

    public double Total { get; private set; }

    public double Advance(uint now)
    {
        Total += unchecked(now - last);
        last = now;
        return Total;
    }
}
