using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Placement;

/// <summary>Which of two models is the better one depends on what is asked.</summary>
public sealed class QualityTests
{
    private static readonly ModelInfo Coder = new("demo-coder-7b", [Skill.Code, Skill.Chat], QualityTier: 4);
    private static readonly ModelInfo Instruct = new("llama-3.1-8b-instruct", [Skill.Chat, Skill.Summarize, Skill.Code], QualityTier: 4);

    [Theory]
    [InlineData(JobKind.Chat, "llama-3.1-8b-instruct")]
    [InlineData(JobKind.Code, "demo-coder-7b")]
    public void Plan_ACoderAndAGeneralModelOfItsSize_TakesWhatIsMadeForIt(JobKind kind, string expected)
    {
        var fleet = Any.FleetOf(With(0, Coder), With(1, Instruct));
        var plan = PlanningPipeline.Plan(Any.Request(kind), fleet, Any.Context());
        Assert.Equal(expected, plan.Plan!.Placements.Single().ModelId);
    }

    [Fact]
    public void Plan_Chat_SaysWhyNotTheCoder()
    {
        var plan = PlanningPipeline.Plan(Any.Request(JobKind.Chat), Any.FleetOf(With(0, Coder), With(1, Instruct)), Any.Context());
        Assert.Equal(["Runner-up. Made for code; llama-3.1-8b-instruct is better for this.", "Best model available: llama-3.1-8b-instruct."], plan.Devices.Select(d => d.Reason));
    }

    [Fact]
    public void For_ATierIsNeverRaisedFromLastChoice_NorBeyondTheBest()
    {
        foreach (var skill in Enum.GetValues<Skill>())
        {
            Assert.Equal(0, ModelQuality.For(Coder with { QualityTier = 0 }, skill));
            Assert.InRange(ModelQuality.For(Coder with { QualityTier = 5 }, skill), 4, 5);
            Assert.InRange(ModelQuality.For(Coder with { QualityTier = 1 }, skill), 1, 2);
            Assert.Equal(4, ModelQuality.For(Instruct, skill));
        }
    }

    private static DeviceSnapshot With(int ordinal, ModelInfo model) => Any.Device(ordinal) with
    {
        Runtimes = [new RuntimeInfo("openai:http://127.0.0.1:1", "Engine", RuntimeState.Ready, null, [model], [TaskKind.LlmGenerate], null)],
    };
}
