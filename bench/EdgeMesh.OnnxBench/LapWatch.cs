namespace EdgeMesh.OnnxBench;

/// <summary>Times of one answer.</summary>
/// <param name="Prefill">To the first token.</param>
/// <param name="Decode">From there to the end.</param>
/// <param name="PrefillCpu">Processor time of all threads to the first token.</param>
/// <param name="DecodeCpu">Processor time of all threads from there.</param>
internal sealed record Laps(TimeSpan Prefill, TimeSpan Decode, TimeSpan PrefillCpu, TimeSpan DecodeCpu);

/// <summary>Started when made; the first token ends the first lap.</summary>
/// <param name="cpu">The processor time so far; null is this process's.</param>
internal sealed class LapWatch(Func<TimeSpan>? cpu = null)
{
    private readonly Func<TimeSpan> _cpu = cpu ?? (static () => Environment.CpuUsage.TotalTime);
    private readonly TimeSpan _startCpu = (cpu ?? (static () => Environment.CpuUsage.TotalTime))();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private long _first;
    private TimeSpan _firstCpu;

    public void Token()
    {
        if (_first == 0)
        {
            (_first, _firstCpu) = (TimeProvider.System.GetTimestamp(), _cpu());
        }
    }

    public Laps End()
    {
        var (end, endCpu) = (TimeProvider.System.GetTimestamp(), _cpu());
        return new(TimeProvider.System.GetElapsedTime(_start, _first), TimeProvider.System.GetElapsedTime(_first, end), _firstCpu - _startCpu, endCpu - _firstCpu);
    }
}
