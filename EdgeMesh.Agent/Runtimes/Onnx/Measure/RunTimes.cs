namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>The times of the runs, in milliseconds. Percentiles are nearest-rank: each is a time that was measured.</summary>
/// <param name="Count">Runs.</param>
public sealed record RunTimes(int Count, double Min, double P50, double P90, double Max)
{
    /// <summary>Of at least one run.</summary>
    public static RunTimes Of(IReadOnlyCollection<double> times)
    {
        var sorted = times.Order().ToArray();
        return new RunTimes(sorted.Length, sorted[0], Rank(sorted, 0.5), Rank(sorted, 0.9), sorted[^1]);
    }

    private static double Rank(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
