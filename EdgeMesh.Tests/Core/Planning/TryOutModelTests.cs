using CsCheck;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Planning;

/// <summary>A built-in model for trying out (tier 0) does only what a plan gave it: it never stands in for a real one.</summary>
public sealed class TryOutModelTests
{
    private static readonly Gen<FleetSnapshot> Fleets =
        from tiers in Gen.Int[0, 5].Array[1, 3].Array[1, 6]
        from states in Gen.OneOf(DeviceState.Online, DeviceState.Online, DeviceState.Lost).Array[6]
        select Any.FleetOf([.. tiers.Select((t, i) => With(i, t) with { State = states[i] })]);

    [Fact]
    public void PlaceAgain_AnyFleetThatChangedSince_NeverReplacesARealModelByATryOutOne() =>
        Gen.Select(Fleets, Fleets, Gen.OneOf(JobKind.Chat, JobKind.Code, JobKind.Image, JobKind.Summarize)).Sample((before, after, kind) =>
        {
            var request = Any.Request(kind);
            if (PlanningPipeline.Plan(request, before, Any.Context()).Plan is not { } plan)
            {
                return;
            }

            foreach (var (task, planned) in plan.Tasks.Zip(plan.Placements))
            {
                Assert.Equal(Tier(before, planned) == 0, task.OnTryOutModel);
                var (again, devices) = PlanningPipeline.PlaceAgain(task, TaskLoad.Of(request.Text, request.Options), request, after, Any.Context(), Tried.Nothing);
                Assert.True(again is null || task.OnTryOutModel || Tier(after, again) > 0, $"{planned.ModelId} became {again?.ModelId}");
                Assert.All(devices, d => Assert.NotEmpty(d.Reason));
            }
        });

    [Fact]
    public void PlaceAgain_OnlyATryOutModelIsLeft_SaysThatItDoesNotStandIn()
    {
        var request = Any.Request(JobKind.Chat);
        var fleet = Any.FleetOf(With(0, 3), With(1, 0));
        var task = PlanningPipeline.Plan(request, fleet, Any.Context()).Plan!.Tasks[0];

        var (again, devices) = PlanningPipeline.PlaceAgain(task, TaskLoad.Of(request.Text, request.Options), request, fleet, Any.Context(), new Tried([Any.Id(0)], []));

        Assert.Null(again);
        Assert.StartsWith("It has only the built-in model for trying out, which does not stand in for a real one.", devices[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PlaceAgain_TheTryOutModelWasThePlan_TakesAnotherOne()
    {
        var request = Any.Request(JobKind.Chat);
        var fleet = Any.FleetOf(With(0, 0), With(1, 0));
        var task = PlanningPipeline.Plan(request, fleet, Any.Context()).Plan!.Tasks[0];
        Assert.True(task.OnTryOutModel);
        Assert.Equal(Any.Id(1), PlanningPipeline.PlaceAgain(task, new TaskLoad(10, 3), request, fleet, Any.Context(), new Tried([Any.Id(0)], [])).Placement!.Device);
    }

    [Fact]
    public void Plan_SummaryInParts_NoLaterStageGoesToATryOutModel()
    {
        var model = new ModelInfo("real", [Skill.Summarize], 2_000_000_000, 2_048, 3);
        var toy = new ModelInfo("toy", [Skill.Summarize], 5_000_000, 65_536, 0);
        var request = Any.Request() with { Text = string.Concat(Enumerable.Repeat("The mill ground flour for a hundred years. ", 600)) };
        var plan = PlanningPipeline.Plan(request, Any.FleetOf(Holding(0, model), Holding(1, toy)), Any.Context()).Plan!;
        var combine = plan.Tasks[^1];

        Assert.True(plan.Stages > 1);
        Assert.Null(PlanningPipeline.PlaceAgain(combine, new TaskLoad(500, 140), request, Any.FleetOf(Holding(1, toy)), Any.Context(), Tried.Nothing).Placement);
        Assert.Null(PlanningPipeline.LongestRoom(combine, new TaskLoad(500, 140), request, Any.FleetOf(Holding(1, toy)), Any.Context(), Tried.Nothing));
    }

    [Theory]
    [InlineData(RuntimeState.Down, DeviceState.Online, "Start Ollama on Device 0 again; it is found by itself.")]
    [InlineData(RuntimeState.Ready, DeviceState.Draining, "Resume Device 0: it has a model for this.")]
    [InlineData(RuntimeState.Ready, DeviceState.Lost, "Bring Device 0 back: it has a model for this.")]
    public void Refusal_ARealModelIsNear_NamesWhatBringsItBackFirst(RuntimeState runtime, DeviceState state, string remedy)
    {
        var away = Holding(0, new ModelInfo("llama", [Skill.Chat], 2_000_000_000, 8_192, 3)) with { State = state };
        away = away with { Runtimes = [away.Runtimes[0] with { Name = "Ollama", State = runtime, Reason = "Nothing listens." }] };
        var refused = PlanningPipeline.Plan(Any.Request(JobKind.Chat), Any.FleetOf(away, With(1, 0)), Any.Context() with { NoTryOutModels = true });
        Assert.Equal(remedy, refused.Refusal!.Remedy);
    }

    [Fact]
    public void Refusal_TooLittleMemory_SaysToFreeIt()
    {
        var full = Holding(0, new ModelInfo("llama", [Skill.Chat], 20_000_000_000, 8_192, 3)) with { Telemetry = new Telemetry(Any.Now, 1, 4_000, null, null, null, 0, 0, null) };
        Assert.Equal("Close programs on Device 0, or get a smaller model there.", PlanningPipeline.Plan(Any.Request(JobKind.Chat), Any.FleetOf(full), Any.Context()).Refusal!.Remedy);
    }

    private static DeviceSnapshot With(int ordinal, params int[] tiers) => Holding(
        ordinal, [.. tiers.Select(t => new ModelInfo($"tier-{t}", [Skill.Chat, Skill.Code, Skill.Image, Skill.Summarize], 100_000_000, 32_768, t))]);

    private static DeviceSnapshot Holding(int ordinal, params ModelInfo[] models) => Any.Device(ordinal) with
    {
        Runtimes = [new RuntimeInfo("engine", "Engine", RuntimeState.Ready, null, [.. models], [TaskKind.LlmGenerate, TaskKind.ImageGenerate], null)],
    };

    private static int Tier(FleetSnapshot fleet, TaskPlacement placement) =>
        fleet.Find(placement.Device)!.Runtimes.SelectMany(r => r.Models).First(m => m.Id == placement.ModelId).QualityTier;
}
