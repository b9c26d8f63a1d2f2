using CsCheck;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Costing;

public sealed class DeadlinesTests
{
    private static readonly PlannedTask Chat = Any.Task(skill: Skill.Chat, options: new ChatOptions([]));

    [Theory]
    [InlineData(EstimateOrigin.Measured, 60_000)]
    [InlineData(EstimateOrigin.Borrowed, 600_000)]
    [InlineData(EstimateOrigin.Published, 600_000)]
    [InlineData(EstimateOrigin.Prior, 600_000)]
    public void Of_AQuickTask_GetsTheLeastOfItsOrigin(EstimateOrigin origin, long expected) => Assert.Equal(new Deadlines(expected, 60_000), Deadlines.Of(Price(2_000, 4_000, origin), Chat));

    /// <summary>p90 is twice p50, so p99 is p50 · 99^(ln 2 / ln 9), which is 4.26 times p50.</summary>
    [Fact]
    public void Of_ALongTask_IsFourTimesItsP99AndTenOfItsGaps()
    {
        var deadlines = Deadlines.Of(Price(6_000_000, 12_000_000, EstimateOrigin.Measured), Chat);
        Assert.InRange(deadlines.TimeoutMs / 6_000_000.0, 4 * 4.25, 4 * 4.28);
        Assert.Equal(10 * 6_000_000 / 300, deadlines.StallMs);
    }

    [Fact]
    public void Of_WaitingBeforeIt_DoesNotCount() =>
        Assert.Equal(Deadlines.Of(Price(400_000, 900_000, EstimateOrigin.Measured), Chat), Deadlines.Of(Price(400_000, 900_000, EstimateOrigin.Measured).After(5_000_000), Chat));

    [Fact]
    public void Of_AModelThatMayHaveToBeLoaded_GetsTheTimeForIt()
    {
        var model = new ModelInfo("big", [Skill.Chat], 40_000_000_000);
        Assert.Equal(60_000 + 800_000, Deadlines.Of(Price(2_000, 4_000, EstimateOrigin.Measured), Chat, model).TimeoutMs);
        Assert.Equal(60_000, Deadlines.Of(Price(2_000, 4_000, EstimateOrigin.Measured), Chat, model with { ResidentBytes = 0 }).TimeoutMs);
    }

    [Fact]
    public void Of_APersonsLimit_CountsAlone() =>
        Assert.Equal(7_000, Deadlines.Of(Price(2_000, 4_000, EstimateOrigin.Prior), Chat with { Options = new ChatOptions([]) { TimeoutSeconds = 7 } }, new ModelInfo("big", [], 40_000_000_000)).TimeoutMs);

    [Fact]
    public void Of_Anything_IsAboveZeroAndBounded() =>
        Gen.Select(Gen.Double[0, 1e15], Gen.Double[0, 1e15], Gen.Int[1, 86_400].Nullable(), Gen.OneOf(Enum.GetValues<EstimateOrigin>()), Gen.OneOf(Enum.GetValues<JobKind>())).Sample((p50, p90, seconds, origin, kind) =>
        {
            var (taskKind, skill) = Planner.TaskOf(kind);
            var task = Any.Task(taskKind, skill, JobOptions.Default(kind) with { TimeoutSeconds = seconds });
            var deadlines = Deadlines.Of(Price(p50, p90, origin), task);
            Assert.InRange(deadlines.TimeoutMs, 1, int.MaxValue - 1);
            Assert.InRange(deadlines.StallMs, 60_000, int.MaxValue - 1);
        });

    private static Estimate Price(double p50, double p90, EstimateOrigin origin) => new(p50, p90, null, origin, 3);
}
