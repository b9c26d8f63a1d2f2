using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Tests.Components.Controls;

public sealed class TimeAxisTests
{
    [Theory]
    [InlineData(58_600, "0, 10, 20, 30, 40, 50 s")]
    [InlineData(4_100, "0, 1, 2, 3, 4 s")]
    [InlineData(340, "0, 100, 200, 300 ms")]
    [InlineData(3.2, "0, 1, 2, 3 ms")]
    [InlineData(300_000, "0, 1, 2, 3, 4, 5 min")]
    public void To_AnySpan_HasRoundTicksAndTheUnitLast(double endMs, string labels) =>
        Assert.Equal(labels, string.Join(", ", TimeAxis.To(endMs).Ticks.Select(t => t.Label)));

    [Fact]
    public void To_ZeroOrNotANumber_IsStillAnAxis()
    {
        Assert.True(TimeAxis.To(0).EndMs > 0);
        Assert.True(TimeAxis.To(double.NaN).EndMs > 0);
    }

    [Theory]
    [InlineData(11.2, 290, "+279 ms")]
    [InlineData(27_500, 29_700, "+8 %")]
    [InlineData(4_000, 3_000, "−25 %")]
    [InlineData(1_200, 60_000, "+58.8 s")]
    [InlineData(400, 400, "0 ms")]
    public void Difference_Words_DoNotExaggerate(double predicted, double actual, string words) =>
        Assert.Equal(words, Difference.Words(predicted, actual));
}
