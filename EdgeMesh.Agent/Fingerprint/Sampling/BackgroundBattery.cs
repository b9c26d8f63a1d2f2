namespace EdgeMesh.Agent.Fingerprint.Sampling;

/// <summary>A battery that only a program can tell: it is asked in the background, the latest answer is served at once.</summary>
internal sealed class BackgroundBattery(Func<CancellationToken, Task<BatteryReading?>> ask, TimeProvider time)
{
    /// <summary>Starting a program costs a phone more than its answer is worth, so not at every sample.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private Task<BatteryReading?>? asking;
    private long? askedAt;
    private BatteryReading? latest;

    /// <summary>The latest answer; null until the first came or when the last one failed. One caller at a time.</summary>
    public BatteryReading? Latest()
    {
        if (asking is { IsCompleted: true } done)
        {
            latest = done.IsCompletedSuccessfully ? done.Result : null;
            asking = null;
        }

        if (asking is null && (askedAt is not { } at || time.GetElapsedTime(at) >= Interval))
        {
            askedAt = time.GetTimestamp();
            asking = Task.Run(() => ask(CancellationToken.None));
        }

        return latest;
    }
}
