using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Placement;

/// <summary>Now, later or never, with the numbers of a real machine: 23 GB, a model of 9 GB.</summary>
public sealed class MemoryFitTests
{
    private const long Gb = 1L << 30;
    private static readonly ModelInfo Big = new("big", [Skill.Chat], 9 * Gb, 8_192, 4, KvBytesPerToken: 65_536);
    private static readonly ModelInfo Other = new("other", [Skill.Chat], 8 * Gb, 8_192, 3);
    private static readonly MemoryNeed Need = MemoryNeed.Of(Any.Task(skill: Skill.Chat, options: new ChatOptions([])), Big, 100)!.Value;

    [Fact]
    public void Need_OfAModel_IsItsWeightsAndItsContext() => Assert.Equal((10_138, 512), (Math.Round(Need.WeightsMb), Math.Round(Need.WorkMb)));

    [Fact]
    public void Of_ResidentModelInUse_CostsOnlyItsContext()
    {
        var fit = Fit(9_116, Big with { ResidentBytes = 9 * Gb }, [], new ModelUse("engine", "big", 0, 0));
        Assert.Equal((MemoryAnswer.Now, 512), (fit.Answer, Math.Round(fit.NeedMb!.Value)));
    }

    /// <summary>The first attempt loads the model: its weights are promised once, and the second does not ask for them again.</summary>
    [Theory]
    [InlineData(20_000, MemoryAnswer.Now)]
    [InlineData(9_116, MemoryAnswer.Later)]
    public void Of_ModelThatAnotherAttemptLoads_IsNeverRefused(long freeMb, MemoryAnswer expected) =>
        Assert.Equal(expected, Fit(freeMb, Big, [], new ModelUse("engine", "big", Need.WeightsMb, Need.WorkMb)).Answer);

    [Fact]
    public void Of_AnotherModelInUse_FitsWhenItHasEnded()
    {
        var fit = Fit(9_116, Big, [Other with { ResidentBytes = 8 * Gb }], new ModelUse("engine", "other", 0, 0));
        Assert.Equal(MemoryAnswer.Later, fit.Answer);
        Assert.Equal("Waits until other has ended there: big needs 10,650 MB and 8,204 MB are free until then.", fit.Words(Device(9_116, Big, [], new ModelUse("engine", "other", 0, 0)), "big"));
    }

    [Fact]
    public void Of_AnotherModelThatNobodyUses_MakesRoom() => Assert.Equal(MemoryAnswer.Now, Fit(9_116, Big, [Other with { ResidentBytes = 8 * Gb }]).Answer);

    [Fact]
    public void Of_ResidentOfUntoldSize_CountsAsItsWeights() => Assert.Equal(MemoryAnswer.Now, Fit(9_116, Big, [Other with { ResidentBytes = 0 }]).Answer);

    [Fact]
    public void Of_MoreThanTheMachineHas_IsNeverWhateverEnds()
    {
        var fit = Fit(9_116, Big with { SizeBytes = 40 * Gb }, [Other with { ResidentBytes = 8 * Gb }], new ModelUse("engine", "other", 0, 0));
        Assert.Equal((MemoryAnswer.Never, true), (fit.Answer, fit.IsHopeless));
        Assert.Contains("MB too few. Choose a smaller model", fit.Words(Device(9_116, Big, []), "big"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingRunsAndTooLittle_IsNever() => Assert.Equal(MemoryAnswer.Never, Fit(9_116, Big, []).Answer);

    [Fact]
    public void Of_UnknownSizeOrUnknownMemory_IsTheDevicesToSay()
    {
        Assert.Equal(MemoryAnswer.Now, Fit(9_116, Big with { SizeBytes = null }, []).Answer);
        var device = Device(1, Big, []) with { Telemetry = null };
        Assert.Equal(MemoryAnswer.Now, MemoryFit.Of(device, device.Runtimes[0], Big, Need).Answer);
    }

    [Fact]
    public void Plan_FitsLater_WaitsForTheEndOfEverythingBeforeIt()
    {
        var device = Device(9_116, Big, [Other with { ResidentBytes = 8 * Gb }], new ModelUse("engine", "other", 0, 0)) with
        {
            Lanes = [new Lane("engine", 2, [5_000], [20_000]), new Lane("builtin", 2, [9_000], [60_000])],
        };
        var result = PlanningPipeline.Plan(Any.Request(JobKind.Chat) with { Model = "big" }, Any.FleetOf(device), Any.Context());
        var placement = result.Plan!.Placements.Single();
        Assert.Equal(20_000, placement.Predicted.WaitMs);
        Assert.Contains("Waits until other has ended there", placement.Reason, StringComparison.Ordinal);
        Assert.Equal((10_650, 8_204), (Math.Round(result.Devices[0].RamNeedMb!.Value), Math.Round(result.Devices[0].RamFreeMb!.Value)));
    }

    [Fact]
    public void Promises_APlacement_CountsInTheNextDecision()
    {
        var fleet = Any.FleetOf(Device(14_000, Big, [Other]));
        var task = Any.Task(skill: Skill.Chat, options: new ChatOptions([]));
        var placement = new TaskPlacement(task.Id, fleet.Devices[0].Id, "", "engine", "big", null, new Estimate(4_000, 9_000, null, EstimateOrigin.Prior, 0, WaitMs: 3_000), "", null);
        var after = fleet.With(task, placement, 100).With(task, placement, 100).Devices[0];
        Assert.Equal([1_000, 1_000], after.Lanes.Single().WaitingMs);
        Assert.Equal(new ModelUse("engine", "big", Need.WeightsMb, Need.WorkMb * 2), after.InUse.Single());
        Assert.Equal(MemoryAnswer.Later, MemoryFit.Of(after, after.Runtimes[0], Other, MemoryNeed.Of(task, Other, 100)).Answer);
    }

    private static MemoryFit Fit(long freeMb, ModelInfo model, ImmutableArray<ModelInfo> others, params ImmutableArray<ModelUse> uses)
    {
        var device = Device(freeMb, model, others, uses);
        return MemoryFit.Of(device, device.Runtimes[0], model, MemoryNeed.Of(Any.Task(skill: Skill.Chat, options: new ChatOptions([])), model, 100));
    }

    private static DeviceSnapshot Device(long freeMb, ModelInfo model, ImmutableArray<ModelInfo> others, params ImmutableArray<ModelUse> uses) => Any.Device() with
    {
        Profile = Any.Profile(AcceleratorStatus.Absent) with { RamTotalMb = 23_000 },
        Telemetry = new Telemetry(Any.Now, 1, freeMb, null, null, null, 0, 0, null),
        Runtimes = [new RuntimeInfo("engine", "Engine", RuntimeState.Ready, null, [model, .. others], [TaskKind.LlmGenerate], null)],
        InUse = uses,
    };
}
