using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Placement;

/// <summary>Models that cannot do it, or have just failed at it: not chosen, and it is said why.</summary>
public sealed class FailedModelTests
{
    private static readonly ModelInfo Good = new("good", [Skill.Chat, Skill.Summarize], 1 << 20, 4_096, 1);
    private static readonly ModelInfo Better = new("better", [Skill.Chat, Skill.Summarize], 1 << 20, 4_096, 3);
    private static readonly ModelInfo Base = new("base", [], 1 << 20, 4_096, 3, CannotRun: "It has no chat template.", Completes: true, Measures: true);

    public static TheoryData<ReasonCode> Codes => [.. Enum.GetValues<ReasonCode>()];

    [Fact]
    public void PlaceAgain_ModelFailedThere_TakesAnotherOfTheSameDevice()
    {
        var device = With(Better, Good);
        var task = Plan(device).Plan!;
        Assert.Equal("better", task.Placements[0].ModelId);

        var tried = Tried.Of([Failed(device, "better", ReasonCode.Unsupported)], ReasonCode.Unsupported);
        var (placement, _) = PlanningPipeline.PlaceAgain(task.Tasks[0], new TaskLoad(10, 3), Any.Request(JobKind.Chat), Any.FleetOf(device), Any.Context(), tried);

        Assert.Equal(("good", device.Id), (placement!.ModelId, placement.Device));
    }

    [Fact]
    public void PlaceAgain_EveryModelFailedThere_SaysSo()
    {
        var device = With(Better);
        var tried = Tried.Of([Failed(device, "better", ReasonCode.ModelMissing)], ReasonCode.ModelMissing);
        var (placement, devices) = PlanningPipeline.PlaceAgain(Plan(device).Plan!.Tasks[0], new TaskLoad(10, 3), Any.Request(JobKind.Chat), Any.FleetOf(device), Any.Context(), tried);

        Assert.Null(placement);
        Assert.Equal("better already failed this task there.", devices.Single().Reason);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Of_AnyReason_LeavesOutTheModelOrTheDeviceOrNothing(ReasonCode reason)
    {
        var device = With(Better);
        var tried = Tried.Of([Failed(device, "better", reason)], reason);

        var ofTheModel = reason is ReasonCode.Unsupported or ReasonCode.ModelMissing or ReasonCode.EngineError or ReasonCode.OnlyThought or ReasonCode.AskedForTool;
        Assert.Equal(ofTheModel ? [(device.Id, "better")] : [], tried.Models);
        Assert.Equal(!ofTheModel && ReasonCodes.For(reason).ElsewhereOnly ? [device.Id] : [], tried.Devices);
    }

    [Fact]
    public void Plan_BaseModel_IsNeverChosenButMayBeNamed()
    {
        var device = With(Base, Good);
        Assert.Equal("good", Plan(device).Plan!.Placements[0].ModelId);
        Assert.Equal("good", Plan(device, JobKind.Summarize).Plan!.Placements[0].ModelId);
        Assert.Equal("base", Plan(device, JobKind.Chat, "base").Plan!.Placements[0].ModelId);
        Assert.Equal("base cannot run there: It has no chat template.", Plan(device, JobKind.Summarize, "base").Devices.Single().Reason);
        Assert.Equal("base", Plan(device, JobKind.Onnx, "base").Plan!.Placements[0].ModelId);
        Assert.NotNull(Plan(With(Base)).Refusal);
    }

    [Fact]
    public void Plan_NamedModelThatCannot_SaysWhichOfTheThreeItIs()
    {
        Assert.Equal("good is not made for code.", Plan(With(Good), JobKind.Code, "good").Devices.Single().Reason);
        Assert.Equal("enc cannot run there: It wants token_type_ids.", Plan(With(new ModelInfo("enc", [], CannotRun: "It wants token_type_ids.")), JobKind.Chat, "enc").Devices.Single().Reason);
        var down = With(Good) with { Runtimes = [Runtime(Good) with { State = RuntimeState.Down, Reason = "The canary run failed." }] };
        Assert.Equal("ONNX, which has good, is down: The canary run failed.", Plan(down, JobKind.Chat, "good").Devices.Single().Reason);
    }

    private static DeviceSnapshot With(params ModelInfo[] models) => Any.Device() with { Runtimes = [Runtime(models)] };

    private static RuntimeInfo Runtime(params ModelInfo[] models) => new("onnx-cpu", "ONNX", RuntimeState.Ready, null, [.. models], [TaskKind.LlmGenerate, TaskKind.OnnxRun], AcceleratorKind.CPU);

    private static PlanResult Plan(DeviceSnapshot device, JobKind kind = JobKind.Chat, string? model = null) => PlanningPipeline.Plan(
        Any.Request(kind) with { Model = model }, Any.FleetOf(device), Any.Context());

    private static AttemptView Failed(DeviceSnapshot device, string model, ReasonCode reason) => new(
        1, device.Id, device.Name, "onnx-cpu", model, AttemptState.Failed, default!, "", Any.Now, null, Any.Now, AttemptOutput.Empty, 1, reason, "", null);
}
