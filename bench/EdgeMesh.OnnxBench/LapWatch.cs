namespace EdgeMesh.OnnxBench;

/// <summary>Times of one answer.</summary>
/// <param name="Prefill">To the first token.</param>
/// <param name="Decode">From there to the end.</param>
/// <param name="PrefillCpu">Processor time of all threads to the first token.</param>
/// <param name="DecodeCpu">Processor time of all threads from there.</param>
internal sealed record Laps(TimeSpan Prefill, TimeSpan Decode, TimeSpan PrefillCpu, TimeSpan DecodeCpu);

/// <summary>Started when made; the first token ends the first lap.</summary>
internal sealed class LapWatch
{
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan _startCpu = Environment.CpuUsage.TotalTime;
    private long _first;
    private TimeSpan _firstCpu;

    public void Token()
    {
        if (_first == 0)
        {
            (_first, _firstCpu) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        }
    }

    public Laps End() => new(
        TimeProvider.System.GetElapsedTime(_start, _first),
        TimeProvider.System.GetElapsedTime(_first),
        _firstCpu - _startCpu,
        Environment.CpuUsage.TotalTime - _firstCpu);
}
