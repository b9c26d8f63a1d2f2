using CsCheck;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Scheduling;

public sealed class HedgeBudgetTests
{
    /// <summary>Whatever starts and whoever asks for a second attempt when: never more than one and the share of all that started.</summary>
    [Fact]
    public void Spend_AnyHistory_StaysWithinOneAndTheShare() =>
        Gen.Select(Gen.Double[0, 1], Gen.Int[-1, 60].Array[1, 200]).Sample((share, steps) =>
        {
            var budget = HedgeBudget.Of(share);
            var (started, hedged, inARow) = (0L, 0L, 0L);
            foreach (var step in steps)
            {
                if (step >= 0)
                {
                    (budget, started, inARow) = (budget.After(step), started + step, 0);
                }
                else if (budget.Allows)
                {
                    (budget, hedged, inARow) = (budget.Spend(), hedged + 1, inARow + 1);
                }

                Assert.True(hedged <= (share > 0 ? 1 : 0) + (share * started) + 1e-3, $"{hedged} of {started} at {share}");
                Assert.InRange(inARow, 0, HedgeBudget.Most);
                Assert.True(budget.Left >= 0);
            }
        });

    [Fact]
    public void Allows_AtATwentieth_IsOneToBeginWithAndOneForEachTwenty()
    {
        var budget = HedgeBudget.Of(0.05).Spend();
        for (var n = 1; n < 20; n++)
        {
            budget = budget.After(1);
            Assert.False(budget.Allows);
        }

        budget = budget.After(1);
        Assert.True(budget.Allows);
        Assert.False(budget.Spend().Allows);
        Assert.Throws<InvalidOperationException>(() => budget.Spend().Spend());
    }

    [Fact]
    public void Of_NoShare_AllowsNone() => Assert.False(HedgeBudget.Of(0).After(1_000_000).Allows);
}
