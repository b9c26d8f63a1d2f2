namespace EdgeMesh.Core.Scheduling;

/// <summary>
/// How long something that runs will still take. Its whole time is taken to be log-logistic with the p50 and p90 of its estimate, a distribution whose tail is long
/// enough for real work and whose median of the rest has a closed form. Pure.
/// </summary>
/// <remarks>
/// The share that runs longer than t is S(t) = 1 / (1 + (t/α)^k). S(p50) = 1/2 gives α = p50, and S(p90) = 1/10 gives (p90/p50)^k = 9, so k = ln 9 / ln(p90/p50).
/// What has run for t ends half of the time within r, where S(t + r) = S(t)/2, so 1 + ((t+r)/α)^k = 2 (1 + (t/α)^k) and r = α (1 + 2 (t/α)^k)^(1/k) − t. That is p50
/// at the start and never 0: what is past its estimate has still its tail before it.
/// </remarks>
public static class Remaining
{
    /// <summary>Never less, milliseconds.</summary>
    public const double LeastMs = 1;

    // Of p90 over p50: closer ones would make an estimate a promise.
    private const double LeastSpread = 1.02;
    private static readonly double Ln9 = Math.Log(9);

    /// <summary>The median of what is left, milliseconds, at least <see cref="LeastMs"/>.</summary>
    /// <param name="p50Ms">Its own work: half of the runs are faster.</param>
    /// <param name="p90Ms">Nine of ten are.</param>
    /// <param name="elapsedMs">Since it began; less than 0 counts as 0.</param>
    /// <param name="progress">The share that is done, 0 to 1; null when it is not told.</param>
    public static double Of(double p50Ms, double p90Ms, double elapsedMs, double? progress = null)
    {
        var elapsed = double.IsFinite(elapsedMs) ? Math.Max(0, elapsedMs) : 0;
        var rest = Rest(Math.Max(LeastMs, p50Ms), p90Ms, elapsed);
        if (progress is { } done)
        {
            // The pace so far says elapsed · (1 − done) / done; it counts the more the more is done, as done².
            done = double.IsNaN(done) ? 0 : Math.Clamp(done, 0, 1);
            rest = (done * (1 - done) * elapsed) + ((1 - (done * done)) * rest);
        }

        return Math.Max(LeastMs, rest);
    }

    /// <summary>The time that a share of runs stays under, milliseconds: S(t) = 1 − share gives t = p50 (share / (1 − share))^(1/k).</summary>
    /// <param name="share">Over 0, below 1; such as 0.99.</param>
    public static double Quantile(double p50Ms, double p90Ms, double share) => p50Ms * Math.Pow(share / (1 - share), 1 / Shape(p50Ms, p90Ms));

    private static double Shape(double p50Ms, double p90Ms) => Ln9 / Math.Log(Math.Max(LeastSpread, p90Ms / p50Ms));

    private static double Rest(double p50, double p90, double elapsed)
    {
        if (elapsed == 0)
        {
            return p50;
        }

        // ln(1 + 2 (t/α)^k), without a power that could leave the range of a double.
        var k = Shape(p50, p90);
        var exponent = Math.Log(2) + (k * Math.Log(elapsed / p50));
        var log = exponent > 40 ? exponent : Math.Log(1 + Math.Exp(exponent));
        return (p50 * Math.Exp(log / k)) - elapsed;
    }
}
