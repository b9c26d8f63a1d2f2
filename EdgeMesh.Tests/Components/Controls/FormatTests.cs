using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Tests.Components.Controls;

/// <summary>Predictions are shown no finer than they are known, and a range in one unit.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData(0.31, "0.3 ms")]
    [InlineData(4.16, "4.2 ms")]
    [InlineData(314, "310 ms")]
    [InlineData(998, "1.0 s")]
    [InlineData(4_160, "4.2 s")]
    [InlineData(30_600, "31 s")]
    [InlineData(61_000, "61 s")]
    [InlineData(104_100, "100 s")]
    [InlineData(150_000, "2.5 min")]
    [InlineData(10_000_000, "2.8 h")]
    public void About_IsTwoFigures(double ms, string expected) => Assert.Equal(expected, Format.About(ms));

    [Theory]
    [InlineData(30_600, 60_000, "31–60 s")]
    [InlineData(400, 900, "400–900 ms")]
    [InlineData(400, 1_500, "0.4–1.5 s")]
    [InlineData(90_000, 200_000, "1.5–3.3 min")]
    [InlineData(1_000, 1_000, "1.0 s")]
    [InlineData(4, 1_200, "4.0 ms to 1.2 s")]
    public void Range_IsInOneUnit(double from, double to, string expected) => Assert.Equal(expected, Format.Range(from, to));
}
