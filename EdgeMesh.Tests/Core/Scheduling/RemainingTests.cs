using CsCheck;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Scheduling;

public sealed class RemainingTests
{
    private static readonly Gen<double> P50 = Gen.Double[2, 1_000_000];
    private static readonly Gen<double> Spread = Gen.Double[1, 12];
    private static readonly Gen<double> Share = Gen.Double[0, 1];

    [Fact]
    public void Of_Anything_IsAboveZeroAndFinite() =>
        Gen.Select(Gen.Double[0, 1e9], Gen.Double[0, 1e9], Gen.Double[-1e3, 1e12], Share.Nullable()).Sample((p50, p90, elapsed, progress) =>
        {
            var rest = Remaining.Of(p50, p90, elapsed, progress);
            Assert.True(rest >= Remaining.LeastMs && double.IsFinite(rest), $"{rest}");
        });

    [Theory]
    [InlineData(double.NaN, null)]
    [InlineData(double.PositiveInfinity, null)]
    [InlineData(500, double.NaN)]
    [InlineData(500, 7.0)]
    [InlineData(500, -1.0)]
    public void Of_Nonsense_IsStillANumber(double elapsed, double? progress) => Assert.InRange(Remaining.Of(1_000, 2_000, elapsed, progress), Remaining.LeastMs, 10_000);

    [Fact]
    public void Of_AtItsStart_IsItsP50() => Gen.Select(P50, Spread).Sample((p50, spread) => Assert.Equal(p50, Remaining.Of(p50, p50 * spread, 0), 6));

    [Fact]
    public void Of_AMomentLater_HasNoJump() =>
        Gen.Select(P50, Spread, Gen.Double[0, 20], Share.Nullable()).Sample((p50, spread, times, progress) =>
        {
            var step = p50 / 1_000_000;
            var change = Remaining.Of(p50, p50 * spread, (times * p50) + step, progress) - Remaining.Of(p50, p50 * spread, times * p50, progress);
            Assert.True(Math.Abs(change) <= 20 * step, $"{change} in {step}");
        });

    [Fact]
    public void Of_ALongerEstimateOfTheSameSpread_IsNotLess() =>
        Gen.Select(P50, Gen.Double[1, 5], Spread, Gen.Double[0, 5e6], Share.Nullable()).Sample((p50, times, spread, elapsed, progress) =>
            Assert.True(Remaining.Of(p50 * times, p50 * times * spread, elapsed, progress) >= Remaining.Of(p50, p50 * spread, elapsed, progress) * (1 - 1e-9)));

    [Fact]
    public void Of_MoreProgressInTheSameTime_IsNotMore() =>
        Gen.Select(P50, Spread, Gen.Double[0, 1], Share, Share).Sample((p50, spread, times, a, b) =>
            Assert.True(Remaining.Of(p50, p50 * spread, p50 * times, Math.Max(a, b)) <= Remaining.Of(p50, p50 * spread, p50 * times, Math.Min(a, b)) + (p50 * times / 4)));

    [Fact]
    public void Of_HalfDoneInTwiceTheTime_IsBetweenTheEstimateAndThePace()
    {
        // The pace says 20 s more; the estimate alone less.
        var rest = Remaining.Of(10_000, 12_000, 20_000, 0.5);
        Assert.InRange(rest, Remaining.Of(10_000, 12_000, 20_000) * 0.75, 20_000);
        Assert.InRange(Remaining.Of(10_000, 12_000, 20_000, 0.99), 100, 600);
    }

    /// <summary>The formula against its own distribution: of the runs that last longer than t, half end within the rest.</summary>
    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(3)]
    public void Of_RunsOfThatDistribution_HalfEndWithinTheRest(double times)
    {
        const double P50Ms = 4_000, P90Ms = 9_000;
        var elapsed = P50Ms * times;
        var rest = Remaining.Of(P50Ms, P90Ms, elapsed);
        var longer = Enumerable.Range(1, 99_999).Select(i => Remaining.Quantile(P50Ms, P90Ms, i / 100_000.0)).Where(ms => ms > elapsed).ToList();
        Assert.InRange(longer.Count(ms => ms <= elapsed + rest) / (double)longer.Count, 0.49, 0.51);
    }

    [Fact]
    public void Quantile_OfTheGivenShares_IsTheGivenTimes() =>
        Gen.Select(P50, Gen.Double[1.05, 12]).Sample((p50, spread) =>
        {
            Assert.Equal(p50, Remaining.Quantile(p50, p50 * spread, 0.5), p50 / 1e6);
            Assert.Equal(p50 * spread, Remaining.Quantile(p50, p50 * spread, 0.9), p50 / 1e6);
            Assert.Equal(p50 * spread * spread, Remaining.Quantile(p50, p50 * spread, 81 / 82.0), p50 / 1e4);
        });
}
