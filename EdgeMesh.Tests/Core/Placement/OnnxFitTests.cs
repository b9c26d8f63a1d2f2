using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Placement;

/// <summary>Where an ONNX model is run, and what is said where it is not.</summary>
public sealed class OnnxFitTests
{
    private static readonly ModelInfo Net = new("net", [], 14_000_000);
    private static readonly RuntimeInfo Cpu = Runtime("onnx-cpu", AcceleratorKind.CPU, Net);
    private static readonly RuntimeInfo Npu = Runtime("onnx-qnn", AcceleratorKind.NPU, Net);

    [Fact]
    public void Plan_ModelOnTheDevice_RunsThereOnce()
    {
        var plan = Plan(Request(), Device(Cpu)).Plan!;

        Assert.Equal(("net", "onnx-cpu", "Run"), (plan.Placements.Single().ModelId, plan.Placements[0].RuntimeId, plan.Tasks[0].Label));
        Assert.Equal(TaskKind.OnnxRun, plan.Tasks[0].Kind);
    }

    [Fact]
    public void Plan_RequireNpu_TakesTheRuntimeOnTheNpu()
    {
        var device = Device(Cpu, Npu) with { Profile = Any.Profile(AcceleratorStatus.Proven) };

        Assert.Equal("onnx-qnn", Plan(Request(JobPolicy.RequireNpu), device).Plan!.Placements.Single().RuntimeId);
        Assert.Equal("ONNX Runtime there does not use the NPU.", Why(Request(JobPolicy.RequireNpu), device with { Runtimes = [Cpu] }));
    }

    [Fact]
    public void Plan_ModelThatCannotRun_SaysWhy()
    {
        var kept = Runtime("onnx-cpu", AcceleratorKind.CPU, Net with { CannotRun = "It is a placeholder." });

        Assert.Equal("net cannot run: It is a placeholder.", Why(Request(), Device(kept)));
        Assert.Equal("net cannot run: It is a placeholder.", Why(Request(), Device(kept, Npu with { TaskKinds = [TaskKind.LlmGenerate] })));
    }

    [Fact]
    public void Plan_OnlyRuntimeThatCanIsDown_SaysWhich()
    {
        var kept = Runtime("onnx-cpu", AcceleratorKind.CPU, Net with { CannotRun = "It is compiled for an NPU." });
        var down = Npu with { State = RuntimeState.Down, Reason = "The canary run failed." };

        Assert.Equal("onnx-qnn is not ready: The canary run failed.", Why(Request(), Device(kept, down)));
    }

    [Fact]
    public void Plan_ModelOfAnotherEngine_SaysWhose() =>
        Assert.Equal("net belongs to Ollama; only ONNX models of the device's own store are run like this.", Why(Request(), Device(Cpu with { Id = "ollama", Name = "Ollama", TaskKinds = [TaskKind.LlmGenerate] })));

    [Fact]
    public void Plan_ModelNobodyHas_NamesThoseThereAre()
    {
        var refusal = Plan(Request() with { Model = "other" }, Device(Cpu)).Refusal!;

        Assert.Equal("model_unknown", refusal.Code);
        Assert.Contains("There are: net.", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Price_NoRunYet_IsAPriorThatGrowsWithTheRuns()
    {
        var few = Plan(Request(), Device(Cpu)).Predicted!;
        var many = Plan(Request() with { Options = new OnnxOptions(2_000) }, Device(Cpu)).Predicted!;

        Assert.Equal((EstimateOrigin.Prior, "8.0 ms a run assumed"), (few.Origin, few.Basis));
        Assert.InRange(many.P50Ms - few.P50Ms, (1_980 * 8) - 1, (1_980 * 8) + 1);
    }

    [Fact]
    public void Price_MeasuredByAiHub_IsPublishedOnThatProcessorOnly()
    {
        var context = Any.Context() with
        {
            Published = new PublishedLatencies(ImmutableDictionary<(DeviceId, string), PublishedLatency>.Empty.Add((Any.Id(0), "net"), new PublishedLatency(1.5, 30, AcceleratorKind.NPU, "measured by AI Hub on a phone"))),
        };
        var device = Device(Cpu, Npu);

        var published = PlanningPipeline.Plan(Request(), Any.FleetOf(device), context).Plan!.Placements.Single();
        var assumed = PlanningPipeline.Plan(Request(), Any.FleetOf(device with { Runtimes = [Cpu] }), context).Predicted!;

        Assert.Equal("onnx-qnn", published.RuntimeId);
        Assert.Equal((EstimateOrigin.Published, "measured by AI Hub on a phone"), (published.Predicted.Origin, published.Predicted.Basis));
        Assert.InRange(published.Predicted.P50Ms, 1_000 + (22 * 1.5) + 30, 1_000 + (22 * 1.5) + 50);
        Assert.Equal(EstimateOrigin.Prior, assumed.Origin);
    }

    [Fact]
    public void Learn_Measurement_TakesTheMedianRunAndPaysLoadingOnce()
    {
        var task = Any.Task(TaskKind.OnnxRun, null, new OnnxOptions(20, 2));
        Calibration? known = null;
        for (var i = 0; i < 5; i++)
        {
            known = CostModel.Learn(known, task, Net, Receipt(runMs: 900, p50Ms: 5), 3);
        }

        var device = Device(Cpu) with { Calibrations = Any.Device().Calibrations.SetItem(CalibrationKey.Of(task, "onnx-cpu", "net"), known!) };
        var (same, longer) = (Plan(Request(), device).Predicted!, Plan(Request() with { Options = new OnnxOptions(200, 2) }, device).Predicted!);

        Assert.Equal((EstimateOrigin.Measured, 5), (same.Origin, same.Runs));
        Assert.InRange(same.P50Ms, 902, 904);
        Assert.InRange(longer.P50Ms - same.P50Ms, 899, 901);
    }

    private static Receipt Receipt(double runMs, double p50Ms) => new(
        Any.Id(0), "Device", "onnx-cpu", "net", AcceleratorKind.CPU, "", null, null, 1, 22, null, 0, runMs, null, "0.1.0", null,
        new OnnxMeasurement("net.onnx", 20, 2, false, 100, 50, p50Ms, p50Ms, p50Ms, p50Ms, [], [], [], false));

    private static RuntimeInfo Runtime(string id, AcceleratorKind on, ModelInfo model) => new(id, id, RuntimeState.Ready, null, [model], [TaskKind.OnnxRun], on);

    private static DeviceSnapshot Device(params ReadOnlySpan<RuntimeInfo> runtimes) => Any.Device() with { Runtimes = [.. runtimes] };

    private static JobRequest Request(JobPolicy policy = JobPolicy.BestAvailable) => Any.Request(JobKind.Onnx, policy) with { Text = "", Model = "net" };

    private static PlanResult Plan(JobRequest request, DeviceSnapshot device) => PlanningPipeline.Plan(request, Any.FleetOf(device), Any.Context());

    private static string Why(JobRequest request, DeviceSnapshot device) => Plan(request, device).Devices.Single().Reason;
}
