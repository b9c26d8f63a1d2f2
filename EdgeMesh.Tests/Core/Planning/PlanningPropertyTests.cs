using CsCheck;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Planning;

/// <summary>What holds for every fleet and every request.</summary>
public sealed class PlanningPropertyTests
{
    private static readonly Gen<(FleetSnapshot Fleet, JobRequest Request)> Cases =
        from fleet in Any.Fleet
        from kind in Any.Kind
        from policy in Any.Policy
        from index in Gen.Int[0, 7]
        from workers in Gen.Int[0, 4]
        from count in Gen.Int[0, 20]
        from model in Gen.OneOf<string?>(null, null, "textrank", "phi", "nobody has it")
        let options = (kind, count) switch
        {
            (JobKind.Echo, > 0) => new EchoOptions(count),
            (JobKind.Image, > 0) => new ImageOptions(count),
            _ => JobOptions.Default(kind),
        }
        let device = policy == JobPolicy.ForceDevice ? Any.Id(index) : (DeviceId?)null
        select (fleet, new JobRequest(kind, "Some text.", policy, device, model, workers == 0 ? null : workers, options));

    [Fact]
    public void Plan_Anything_EndsInExactlyOneWayWithAVerdictForEveryDevice() => Cases.Sample(c =>
    {
        var result = Plan(c.Fleet, c.Request);
        Assert.Equal(1, (result.Plan is null ? 0 : 1) + (result.Refusal is null ? 0 : 1) + (result.MayWait ? 1 : 0));
        Assert.Equal(c.Fleet.Devices.Select(d => d.Id), result.Devices.Select(v => v.DeviceId));
        Assert.All(result.Devices, v => Assert.False(string.IsNullOrWhiteSpace(v.Reason)));
        Assert.All(result.Devices, v => Assert.Equal(v.Candidate, v.Filter is null));
        Assert.All(result.Devices, v => Assert.Equal(v.Candidate, v.Predicted is not null));
        if (result.Refusal is { } refusal)
        {
            Assert.All([refusal.Code, refusal.Title, refusal.Detail, refusal.Remedy], s => Assert.False(string.IsNullOrWhiteSpace(s)));
        }
    });

    [Fact]
    public void Plan_WithPlacements_UsesOnlyCandidatesAndPlacesEveryTaskOnce() => Cases.Sample(c =>
    {
        if (Plan(c.Fleet, c.Request) is not { Plan: { } plan } result)
        {
            return;
        }

        var candidates = result.Devices.Where(v => v.Candidate).Select(v => v.DeviceId).ToHashSet();
        Assert.Equal(plan.Tasks.Select(t => t.Id), plan.Placements.Select(p => p.Task));
        Assert.Equal(Enumerable.Range(1, plan.Tasks.Length), plan.Tasks.Select(t => t.Id.Number));
        Assert.All(plan.Placements, p => Assert.Contains(p.Device, candidates));
        Assert.All(plan.Placements, p => Assert.Equal(DeviceState.Online, c.Fleet.Find(p.Device)!.State));
        Assert.All(plan.Placements, p => Assert.False(string.IsNullOrWhiteSpace(p.Reason)));
        Assert.All(plan.Placements, p => Assert.True(p.Predicted.P90Ms >= p.Predicted.P50Ms && p.Predicted.P50Ms > 0));
        Assert.Equal(plan.Placements.Select(p => p.Device).ToHashSet(), result.Devices.Where(v => v.Chosen).Select(v => v.DeviceId).ToHashSet());
        Assert.True(plan.Placements.Select(p => p.Device).Distinct().Count() <= (c.Request.MaxWorkers ?? int.MaxValue));
        Assert.Equal(Planner.TaskCount(c.Request, plan.Placements.Select(p => p.Device).Distinct().Count()), plan.Tasks.Length);
        Assert.True(result.Predicted!.P50Ms >= plan.Placements.Max(p => p.Predicted.P50Ms));
    });

    [Fact]
    public void Plan_Policies_AreKept() => Cases.Sample(c =>
    {
        if (Plan(c.Fleet, c.Request).Plan is not { } plan)
        {
            return;
        }

        var required = c.Request.Policy switch { JobPolicy.RequireNpu => AcceleratorKind.NPU, JobPolicy.RequireGpu => AcceleratorKind.GPU, _ => (AcceleratorKind?)null };
        foreach (var placement in plan.Placements)
        {
            var device = c.Fleet.Find(placement.Device)!;
            Assert.True(c.Request.Policy != JobPolicy.ForceDevice || placement.Device == c.Request.DeviceId);
            Assert.True(c.Request.Model is null || placement.ModelId == c.Request.Model);
            Assert.True(required is null || (placement.Accelerator == required && device.Profile!.Accelerators.Any(a => a.Kind == required && a.Status == AcceleratorStatus.Proven)));
            var runtime = device.Runtimes.Single(r => r.Id == placement.RuntimeId);
            Assert.Equal(RuntimeState.Ready, runtime.State);
            Assert.Contains(runtime.Models, m => m.Id == placement.ModelId);
        }
    });

    [Fact]
    public void Plan_Twice_IsTheSame() => Cases.Sample(c => Assert.Equal(Words(Plan(c.Fleet, c.Request)), Words(Plan(c.Fleet, c.Request))));

    [Fact]
    public void Plan_DevicesInAnotherOrder_DecidesTheSame() =>
        Gen.Select(Cases, Gen.Int[0, 7]).Sample((c, turn) =>
        {
            // Order of joining, which breaks ties, stays with the device; only the list is turned round.
            ImmutableArray<DeviceSnapshot> turned = [.. c.Fleet.Devices.Skip(turn), .. c.Fleet.Devices.Take(turn)];
            var one = Plan(c.Fleet, c.Request);
            var other = Plan(c.Fleet with { Devices = turned }, c.Request);
            Assert.Equal(one.Plan?.Placements.Select(p => (p.Task, p.Device, p.ModelId, p.Reason)), other.Plan?.Placements.Select(p => (p.Task, p.Device, p.ModelId, p.Reason)));
            Assert.Equal(one.Devices.OrderBy(v => v.Name).Select(v => v.Reason), other.Devices.OrderBy(v => v.Name).Select(v => v.Reason));
        });

    [Fact]
    public void Plan_ThenPlaceAgain_ChoosesTheSameDevice() => Cases.Sample(c =>
    {
        if (Plan(c.Fleet, c.Request).Plan is not { Tasks.Length: 1 } plan)
        {
            return;
        }

        var (placement, _) = PlanningPipeline.PlaceAgain(plan.Tasks[0], TaskLoad.Of(c.Request.Text, c.Request.Options), c.Request, c.Fleet, Any.Context(Any.Id(0)), Tried.Nothing);

        // A task about one device is placed again without a look at the others.
        var words = plan.Tasks[0].OnDevice is null ? placement!.Reason : plan.Placements[0].Reason;
        Assert.Equal(plan.Placements[0] with { RunnerUp = null }, placement! with { RunnerUp = null, Reason = words });
    });

    [Fact]
    public void PlaceAgain_WithDevicesThatFailed_NeverUsesThem() => Cases.Sample(c =>
    {
        var task = Planner.Task(c.Request, 1, 1, null);
        ImmutableHashSet<DeviceId> failed = [Any.Id(0), Any.Id(2)];
        var (placement, devices) = PlanningPipeline.PlaceAgain(task, new TaskLoad(10, 3), c.Request, c.Fleet, Any.Context(), new Tried(failed, []));
        Assert.True(placement is null || !failed.Contains(placement.Device));
        Assert.All(devices, v => Assert.NotEmpty(v.Reason));
    });

    private static PlanResult Plan(FleetSnapshot fleet, JobRequest request) => PlanningPipeline.Plan(request, fleet, Any.Context(Any.Id(0)));

    private static string Words(PlanResult result) => System.Text.Json.JsonSerializer.Serialize(result, EdgeMesh.Core.CoreJson.Options);
}
