using System.Globalization;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>A time axis from 0: round ticks in one unit, the unit on the last one.</summary>
/// <param name="EndMs">Where the axis ends, in milliseconds.</param>
public sealed record TimeAxis(double EndMs, ImmutableArray<TimeTick> Ticks)
{
    private static readonly (double Ms, string Unit)[] Units = [(3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms")];

    // Steps that people count in, per unit.
    private static readonly double[] Sixty = [1, 2, 5, 10, 15, 20, 30];
    private static readonly double[] Decimal = [1, 2, 5, 10];

    /// <summary>An axis that ends at <paramref name="endMs"/>, or with <paramref name="round"/> at the next tick after it.</summary>
    public static TimeAxis To(double endMs, int most = 6, bool round = false)
    {
        endMs = double.IsFinite(endMs) ? Math.Max(endMs, 0.1) : 0.1;
        var (unitMs, unit) = Units.First(u => endMs >= u.Ms * 1.5 || u.Ms <= 1);
        var step = Step(endMs / unitMs, most, unit) * unitMs;
        var end = round ? Math.Ceiling((endMs / step) - 1e-9) * step : endMs;
        var count = (int)Math.Floor((end / step) + 1e-9);
        return new TimeAxis(end, [.. Enumerable.Range(0, count + 1).Select(i => new TimeTick(i * step / end, Label(i * step / unitMs, i == count ? unit : null)))]);
    }

    public double Share(double ms) => Math.Clamp(ms / EndMs, 0, 1);

    private static double Step(double span, int most, string unit)
    {
        if (unit is "min" or "s" && span > 3 && span <= Sixty[^1] * most)
        {
            return Sixty.First(s => span / s <= most);
        }

        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(span / most)));
        return Decimal.Select(f => f * magnitude).First(s => span / s <= most);
    }

    private static string Label(double value, string? unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.###}{(unit is null ? "" : " " + unit)}");
}

/// <param name="Share">0 to 1 of the axis.</param>
public sealed record TimeTick(double Share, string Label);
