namespace EdgeMesh.Core.Devices;

/// <summary>
/// How regularly a device's beats come, learned from the intervals between them: exponentially weighted mean and variance (weight 1/16).
/// Immutable; a device that just linked is <see cref="Unknown"/>.
/// </summary>
/// <param name="MeanMs">Mean interval, milliseconds.</param>
/// <param name="VarianceMs2">Variance of the interval, milliseconds squared.</param>
public readonly record struct BeatRhythm(double MeanMs, double VarianceMs2)
{
    /// <summary>Beats are sent so often, milliseconds.</summary>
    public const double NominalMs = 500;

    private const double Weight = 1.0 / 16;
    private const double Most = 2;

    public static BeatRhythm Unknown { get; } = new(NominalMs, 0);

    /// <summary>
    /// How far the limits on silence stretch for this device, 1 to 2: the longest interval to expect (mean + 2 standard deviations) over
    /// one and a half nominal ones. A calm device has exactly 1. An accrual estimate in the spirit of Hayashibara et al., "The φ accrual
    /// failure detector" (2004), bounded so that a promise about detection time can be made.
    /// </summary>
    public double Stretch => Math.Clamp((MeanMs + (2 * Math.Sqrt(VarianceMs2))) / (1.5 * NominalMs), 1, Most);

    /// <summary>The rhythm after one more interval.</summary>
    public BeatRhythm After(TimeSpan interval)
    {
        var off = interval.TotalMilliseconds - MeanMs;
        return new BeatRhythm(MeanMs + (Weight * off), (1 - Weight) * (VarianceMs2 + (Weight * off * off)));
    }
}
