using System.Globalization;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>What really happened against what was predicted, in words that do not exaggerate.</summary>
public static class Difference
{
    // Below this a percentage says more about the clock than about the prediction.
    private const double PercentFromMs = 1_000;
    private const double MostPercent = 300;

    /// <summary><c>+8 %</c> for long work, <c>+12 ms</c> for short work or a large miss.</summary>
    public static string Words(double predictedMs, double actualMs)
    {
        var off = actualMs - predictedMs;
        var sign = off < 0 ? "−" : "+";
        if (predictedMs >= PercentFromMs && Math.Abs(off) / predictedMs * 100 is var percent && percent <= MostPercent)
        {
            return percent < 0.5 ? "0 %" : string.Create(CultureInfo.InvariantCulture, $"{sign}{percent:0} %");
        }

        return Math.Abs(off) < 0.05 ? "0 ms" : sign + Format.Ms(Math.Abs(off));
    }

    /// <summary>Where the actual lies in the predicted range.</summary>
    public static string Place(double p50Ms, double p90Ms, double actualMs) =>
        actualMs <= p50Ms ? "sooner than predicted" : actualMs <= p90Ms ? "within the predicted range" : $"{Format.Ms(actualMs - p90Ms)} over the predicted range";
}
