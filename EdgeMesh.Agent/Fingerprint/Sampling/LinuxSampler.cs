using System.Buffers.Text;
using System.Collections.Immutable;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.Linux;

namespace EdgeMesh.Agent.Fingerprint.Sampling;

/// <summary>Live figures of Linux and Android by /proc, /sys and control groups, without making strings.</summary>
public sealed class LinuxSampler : ISampler
{
    private readonly IDeviceHost host;
    private readonly TimeProvider time;
    private readonly Cgroup group;
    private readonly (double Cores, string Source)? quota;
    private readonly ImmutableArray<string> limited;
    private readonly BackgroundBattery? phoneBattery;
    private PowerSupply supply;
    private TemperatureSensor? sensor;

    public LinuxSampler(IDeviceHost host, TimeProvider time)
    {
        this.host = host;
        this.time = time;
        group = Cgroup.Find(host);
        // A quota of the whole machine or more limits nothing.
        quota = group.CpuQuota(host) is { } q && q.Cores < HostProcessors() && CgroupCpuSeconds() is not null ? q : null;
        limited = [.. group.Memory.Where(d => group.Headroom(host, d) is not null)];
        supply = PowerSupply.Find(host);
        sensor = TemperatureSensor.Find(host);
        if (supply.Battery is null && host.Env("TERMUX_VERSION") is { Length: > 0 })
            phoneBattery = new BackgroundBattery(token => TermuxBattery.ReadAsync(host, token), time);
    }

    public CpuTimes? Cpu()
    {
        if (quota is { } q)
            return CgroupCpuSeconds() is { } seconds ? new CpuTimes(seconds, q.Cores * time.GetElapsedTime(0).TotalSeconds) : null;
        Span<byte> buffer = stackalloc byte[256];
        return ParseStat(buffer[..Math.Max(0, host.Read("/proc/stat", buffer))]);
    }

    /// <summary>The first line of /proc/stat: user nice system idle iowait irq softirq steal (guest is in user already); null when it is not that.</summary>
    public static CpuTimes? ParseStat(ReadOnlySpan<byte> stat)
    {
        var end = stat.IndexOf((byte)'\n');
        var line = end >= 0 ? stat[..end] : stat;
        if (!line.StartsWith("cpu "u8))
            return null;
        line = line[4..];
        double total = 0, idle = 0;
        var field = 0;
        for (; field < 8; field++)
        {
            line = line.TrimStart((byte)' ');
            if (!Utf8Parser.TryParse(line, out ulong ticks, out var used))
                break;
            total += ticks;
            if (field is 3 or 4)
                idle += ticks;
            line = line[used..];
        }

        return field >= 4 ? new CpuTimes(total - idle, total) : null;
    }

    public long? RamFreeMb()
    {
        Span<byte> buffer = stackalloc byte[512]; // MemAvailable is the third line
        var text = buffer[..Math.Max(0, host.Read("/proc/meminfo", buffer))];
        var freeKb = Utf8Lines.Value(text, "MemAvailable"u8) ?? Utf8Lines.Value(text, "MemFree"u8) + (Utf8Lines.Value(text, "Cached"u8) ?? 0);
        foreach (var directory in limited)
        {
            if (group.Headroom(host, directory) / 1024 is { } roomKb)
                freeKb = Math.Min(freeKb ?? roomKb, roomKb);
        }

        return freeKb / 1024;
    }

    public BatteryReading? Battery()
    {
        if (phoneBattery is not null)
            return phoneBattery.Latest();
        if (supply.Read(host) is { } reading)
            return reading;
        supply = PowerSupply.Find(host); // taken out, put in, or renamed
        return supply.Read(host);
    }

    public double? TemperatureC()
    {
        if (sensor?.Read(host) is { } celsius)
            return celsius;
        if (sensor is not null)
            sensor = TemperatureSensor.Find(host); // drivers reload and renumber
        return sensor?.Read(host);
    }

    public long? AgentRamMb()
    {
        Span<byte> buffer = stackalloc byte[128];
        var text = buffer[..Math.Max(0, host.Read("/proc/self/statm", buffer))];
        var space = text.IndexOf((byte)' ');
        return space > 0 && Utf8Parser.TryParse(text[(space + 1)..], out long pages, out _) ? pages * Environment.SystemPageSize / 1024 / 1024 : null;
    }

    private int HostProcessors()
    {
        var count = (host.ReadText("/proc/stat") ?? "").Split('\n').Count(l => l.StartsWith("cpu", StringComparison.Ordinal)) - 1;
        return count > 0 ? count : int.MaxValue;
    }

    private double? CgroupCpuSeconds()
    {
        if (!group.CpuIsV2)
            return group.CpuAccounting is [var directory, ..] ? host.ReadNumber($"{directory}/cpuacct.usage") / 1e9 : null;
        if (group.Cpu is not [var own, ..])
            return null;
        Span<byte> buffer = stackalloc byte[512];
        return Utf8Lines.Value(buffer[..Math.Max(0, host.Read($"{own}/cpu.stat", buffer))], "usage_usec"u8) / 1e6;
    }
}
