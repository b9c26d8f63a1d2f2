namespace EdgeMesh.Agent.Tasks;

/// <summary>
/// By how much this process grew while a task ran in it: the memory of the work, not of the agent that was there before. Sampled; work that runs at
/// the same time is counted too, so it is an upper bound.
/// </summary>
internal sealed class MemoryGrowth : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);
    private readonly Func<long> _resident;
    private readonly long _before;
    private readonly ITimer _timer;
    private long _peak;

    /// <param name="resident">Bytes of this process in memory now.</param>
    public MemoryGrowth(TimeProvider time, Func<long>? resident = null)
    {
        _resident = resident ?? (() => Environment.WorkingSet);
        _before = _peak = _resident();
        _timer = time.CreateTimer(_ => Look(), null, Every, Every);
    }

    /// <summary>MiB, the present moment included; never below 0.</summary>
    public long PeakMb
    {
        get
        {
            Look();
            return Math.Max(0, Interlocked.Read(ref _peak) - _before) / (1024 * 1024);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = _resident();
        for (var peak = Interlocked.Read(ref _peak); now > peak; peak = Interlocked.Read(ref _peak))
        {
            if (Interlocked.CompareExchange(ref _peak, now, peak) == peak)
            {
                return;
            }
        }
    }
}
