namespace EdgeMesh.Bench.Reporting;

/// <summary>The time of something quick and synchronous.</summary>
internal static class Repeat
{
    private const int Rounds = 100;

    /// <summary>Milliseconds of one call in the calmest of many rounds, each long enough for the clock: other programs share the machine.</summary>
    public static double Milliseconds(Action once)
    {
        // Until tiered compilation has settled.
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1.5);)
        {
            once();
        }

        var calls = 1;
        for (var one = Round(once, 1); one * calls < 5 && calls < 1_000_000;)
        {
            calls *= 2;
        }

        return Enumerable.Range(0, Rounds).Min(_ => Round(once, calls));
    }

    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static double Round(Action once, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
        {
            once();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }
}
