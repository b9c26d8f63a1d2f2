namespace EdgeMesh.Bench.Reporting;

/// <summary>How many of one thing are done in a second when several are under way.</summary>
internal static class Rate
{
    /// <summary>Keeps <paramref name="inFlight"/> runs of <paramref name="once"/> going; what ended during the warm-up does not count.</summary>
    public static async Task<double> PerSecondAsync(Func<Task> once, int inFlight, TimeSpan warmUp, TimeSpan measured)
    {
        await KeepGoingAsync(once, inFlight, warmUp);
        var start = Stopwatch.GetTimestamp();
        var done = await KeepGoingAsync(once, inFlight, measured);
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
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
