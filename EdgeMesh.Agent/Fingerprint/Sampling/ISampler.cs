namespace EdgeMesh.Agent.Fingerprint.Sampling;

/// <summary>Reads one platform's live figures; each call is cheap, and null means the platform does not say.</summary>
public interface ISampler
{
    /// <summary>Busy and total processor time since some fixed moment, in one unit.</summary>
    CpuTimes? Cpu();

    /// <summary>MiB available to new processes.</summary>
    long? RamFreeMb();

    /// <summary>The battery; asked seldom, because firmware can be slow to answer.</summary>
    BatteryReading? Battery();

    /// <summary>The processor's temperature, degrees Celsius.</summary>
    double? TemperatureC();

    /// <summary>Resident memory of this process, MiB.</summary>
    long? AgentRamMb();
}

/// <summary>Processor time spent busy, and all there was, since some fixed moment.</summary>
public readonly record struct CpuTimes(double Busy, double Total)
{
    /// <summary>The busy share between an earlier reading and this one, 0 to 100; null when no time passed or the counters went back.</summary>
    public double? PercentSince(CpuTimes earlier)
    {
        var (busy, total) = (Busy - earlier.Busy, Total - earlier.Total);
        return total > 0 && busy >= 0 ? Math.Min(100, 100 * busy / total) : null;
    }
}
