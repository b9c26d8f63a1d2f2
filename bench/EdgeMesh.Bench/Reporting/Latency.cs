using HdrHistogram;

namespace EdgeMesh.Bench.Reporting;

/// <summary>How long one thing takes, one at a time: percentiles of many.</summary>
internal sealed class Latency
{
    private readonly LongHistogram _ticks = new(1, TimeSpan.FromMinutes(1).Ticks, 3);

    /// <summary>Milliseconds that this share of the runs stay under.</summary>
    public double Milliseconds(double percentile) => TimeSpan.FromTicks(_ticks.GetValueAtPercentile(percentile)).TotalMilliseconds;

    /// <summary>Runs <paramref name="once"/> for a while; what happened during the warm-up does not count.</summary>
    public static async Task<Latency> MeasureAsync(Func<Task> once, TimeSpan warmUp, TimeSpan measured)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < warmUp;)
        {
            await once();
        }

        var latency = new Latency();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < measured;)
        {
            var began = Stopwatch.GetTimestamp();
            await once();
            latency._ticks.RecordValue(Math.Max(1, Stopwatch.GetElapsedTime(began).Ticks));
        }

        return latency;
    }
}
