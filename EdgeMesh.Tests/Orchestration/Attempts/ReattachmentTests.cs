using EdgeMesh.Dashboard.Orchestration.Attempts;

namespace EdgeMesh.Tests.Orchestration.Attempts;

public sealed class ReattachmentTests
{
    private static readonly TimeSpan s_reattachFor = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(30, 20, 0, true)]          // a short task: elsewhere at once
    [InlineData(60_000, 20_000, 0, false)] // a long one that is half done: the blip is likely over before
    [InlineData(21_900, 20_000, 0, true)]  // two seconds are the least that an absence is expected to last
    [InlineData(22_100, 20_000, 0, false)]
    [InlineData(26_000, 20_000, 5, false)] // away for 5 s: expected for 5 s more
    [InlineData(24_900, 20_000, 5, true)]
    [InlineData(600_000, 1, 14.9, false)]
    [InlineData(600_000, 1, 15, true)]     // not expected any more
    public void IsSoonerElsewhere_WeighsWhatIsLeftAndHowLongItWasAway(double elsewhereMs, double remainingMs, double awaySeconds, bool moves) =>
        Assert.Equal(moves, Reattachment.IsSoonerElsewhere(elsewhereMs, remainingMs, TimeSpan.FromSeconds(awaySeconds), s_reattachFor));
}
