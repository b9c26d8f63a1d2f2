using EdgeMesh.Agent.Fingerprint.Sampling;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>
/// Samples the device's live figures. One per process, shared by every watcher and safe to call from any thread: readers that come within
/// <see cref="CpuWindow"/> of each other get the same CPU figure, so nobody's short interval turns into noise.
/// </summary>
/// <remarks>
/// CPU is the whole machine's (other programs take the cores too), except in a control group with a CPU quota: there it is the group's
/// use of its quota, for that is what new work could still get.
/// </remarks>
public sealed class TelemetryProbe(ISampler sampler, TimeProvider time)
{
    /// <summary>The shortest interval a CPU share is taken over.</summary>
    public static readonly TimeSpan CpuWindow = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a battery reading serves.</summary>
    public static readonly TimeSpan BatteryInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long a temperature reading serves.</summary>
    public static readonly TimeSpan TemperatureInterval = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private (long At, CpuTimes Times)? cpuBefore;
    private double? cpuPercent;
    private (long At, BatteryReading? Reading)? battery;
    private (long At, double? Celsius)? temperature;

    /// <summary>The figures now; under a millisecond on Linux.</summary>
    public TelemetrySample Sample()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            MeasureCpu(now);
            if (IsDue(battery?.At, now, BatteryInterval))
                battery = (now, sampler.Battery());
            if (IsDue(temperature?.At, now, TemperatureInterval))
                temperature = (now, sampler.TemperatureC());
            var power = battery?.Reading;
            return new TelemetrySample(
                cpuPercent, sampler.RamFreeMb() ?? FreeBySightOfCollector(), power?.Percent, power?.Charging, temperature?.Celsius, sampler.AgentRamMb());
        }
    }

    private void MeasureCpu(long now)
    {
        if (!IsDue(cpuBefore?.At, now, CpuWindow))
            return;
        var times = sampler.Cpu();
        cpuPercent = times is { } current && cpuBefore is { } before && current.PercentSince(before.Times) is { } percent ? Math.Round(percent, 1) : null;
        cpuBefore = times is { } t ? (now, t) : null;
    }

    private bool IsDue(long? last, long now, TimeSpan interval) => last is null || time.GetElapsedTime(last.Value, now) >= interval;

    // Where the OS does not say: what the garbage collector measured at its last run.
    private static long FreeBySightOfCollector()
    {
        var info = GC.GetGCMemoryInfo();
        return Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes) / 1024 / 1024;
    }
}
