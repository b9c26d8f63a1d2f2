namespace EdgeMesh.Bench.Reporting;

/// <summary>How many of one thing are done in a second when several are under way, and what each costs.</summary>
/// <param name="PerSecond">Runs done in a second.</param>
/// <param name="CpuMicroseconds">Processor time of one run, everything this process did included. A busy machine changes it little.</param>
internal sealed record Rate(double PerSecond, double CpuMicroseconds)
{
    /// <summary>Keeps <paramref name="inFlight"/> runs of <paramref name="once"/> going; what ended during the warm-up does not count.</summary>
    public static async Task<Rate> MeasureAsync(Func<Task> once, int inFlight, TimeSpan warmUp, TimeSpan measured)
    {
        await KeepGoingAsync(once, inFlight, warmUp);
        var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var done = await KeepGoingAsync(once, inFlight, measured);
        return new Rate(done / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / done);
    }

    private static async Task<long> KeepGoingAsync(Func<Task> once, int inFlight, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var done = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            long count = 0;
            for (; Stopwatch.GetElapsedTime(start) < duration; count++)
            {
                await once();
            }

            return count;
        })));
        return done.Sum();
    }
}
