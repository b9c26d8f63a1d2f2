using System.Text.Json;
using CsCheck;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Planning;

public sealed class PlanningPipelineTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    private static readonly Gen<FleetSnapshot> Fleets =
        from states in Gen.Int[0, 3].Select(i => (DeviceState)i).Array[1, 12]
        from queued in Gen.Double[0, 5_000].Array[12]
        select new FleetSnapshot(1, Now, [.. states.Select((s, i) => Device(i, s, queued[i]))]);

    [Fact]
    public void Plan_AnyFleet_NamesEveryDeviceAndUsesOnlyOnlineOnes() =>
        Gen.Select(Fleets, Gen.Int[0, 5].Select(i => (JobKind)i)).Sample((fleet, kind) =>
        {
            var result = PlanningPipeline.Plan(Request(kind), fleet, new PlanContext(Now, fleet.Devices[0].Id));
            Assert.Equal(fleet.Devices.Select(d => d.Id), result.Devices.Select(v => v.DeviceId));
            Assert.All(result.Devices, v => Assert.NotEmpty(v.Reason));
            Assert.True(result.Plan is null ^ result.Refusal is null);
            Assert.All(result.Plan?.Placements ?? [], p => Assert.Equal(DeviceState.Online, fleet.Find(p.Device)!.State));
        });

    [Fact]
    public void Plan_PreferLocal_TakesThisComputerThoughAnotherIsSooner()
    {
        var fleet = new FleetSnapshot(1, Now, [Device(0, DeviceState.Online, 9_000), Device(1, DeviceState.Online, 0)]);
        var context = new PlanContext(Now, fleet.Devices[0].Id);
        Assert.Equal(fleet.Devices[0].Id, PlanningPipeline.Plan(Request(JobKind.Summarize, JobPolicy.PreferLocal), fleet, context).Plan!.Placements.Single().Device);
        Assert.Equal(fleet.Devices[1].Id, PlanningPipeline.Plan(Request(JobKind.Summarize, JobPolicy.PreferRemote), fleet, context).Plan!.Placements.Single().Device);
        Assert.Equal(fleet.Devices[1].Id, PlanningPipeline.Plan(Request(JobKind.Summarize), fleet, context).Plan!.Placements.Single().Device);
    }

    [Theory]
    [InlineData(JobKind.Echo, null, "Every device is asked.")]
    [InlineData(JobKind.Sysinfo, null, "Every device is asked.")]
    [InlineData(JobKind.Echo, 8, "The work is shared by 4 devices.")]
    public void Plan_FourDevicesShareTheWork_NoneIsCalledTheOnlyOne(JobKind kind, int? count, string expected)
    {
        var fleet = new FleetSnapshot(1, Now, [.. Enumerable.Range(0, 4).Select(i => Device(i, DeviceState.Online, 0))]);
        var request = Request(kind) with { Options = count is null ? JobOptions.Default(kind) : new EchoOptions(count) };
        var result = PlanningPipeline.Plan(request, fleet, new PlanContext(Now, null));
        Assert.All(result.Plan!.Placements, p => Assert.Equal(expected, p.Reason));
        Assert.All(result.Devices, d => Assert.Equal("Runs part of it.", d.Reason));
        Assert.All(result.Plan.Tasks.Where(t => t.OnDevice is not null), t => Assert.Equal(
            "This task is about this device.", PlanningPipeline.PlaceAgain(t, new TaskLoad(10, 3), request, fleet, new PlanContext(Now, null), Tried.Nothing).Placement!.Reason));
    }

    [Fact]
    public void Plan_BusyDevice_TellsTheWaitApartFromTheWork()
    {
        var price = PlanningPipeline.Plan(Request(JobKind.Summarize), new FleetSnapshot(1, Now, [Device(0, DeviceState.Online, 9_000)]), new PlanContext(Now, null)).Plan!.Placements[0].Predicted;
        var idle = PlanningPipeline.Plan(Request(JobKind.Summarize), new FleetSnapshot(1, Now, [Device(0, DeviceState.Online, 0)]), new PlanContext(Now, null)).Plan!.Placements[0].Predicted;
        Assert.Equal((9_000, 0), (price.WaitMs, idle.WaitMs));
        Assert.Equal(idle.P50Ms, price.WorkP50Ms, 6);
        Assert.Equal(idle.P90Ms, price.WorkP90Ms, 6);
    }

    [Fact]
    public void Plan_RequireNpuWithoutOne_IsRefusedWithReasons()
    {
        var result = PlanningPipeline.Plan(Request(JobKind.Summarize, JobPolicy.RequireNpu), new FleetSnapshot(1, Now, [Device(0, DeviceState.Online, 0)]), new PlanContext(Now, null));
        Assert.Null(result.Plan);
        Assert.Equal("No NPU.", result.Devices[0].Reason);
        Assert.NotEmpty(result.Refusal!.Remedy);
    }

    [Fact]
    public void JobRequest_WrittenAndRead_IsTheSame()
    {
        var request = new JobRequest(JobKind.Summarize, "a/../b 🎉", JobPolicy.PreferLocal, null, "textrank", 3, new SummarizeOptions(7));
        Assert.Equal(request, JsonSerializer.Deserialize<JobRequest>(JsonSerializer.Serialize(request, CoreJson.Options), CoreJson.Options));
        var named = request with { FileName = "a \"b\".md" };
        Assert.Equal(named, JsonSerializer.Deserialize<JobRequest>(JsonSerializer.Serialize(named, CoreJson.Options), CoreJson.Options));
    }

    [Theory]
    [InlineData("{\"kind\":\"poem\"}", "kind")]
    [InlineData("{\"kind\":\"echo\",\"policy\":\"FASTEST\"}", "policy")]
    [InlineData("{\"kind\":\"echo\",\"colour\":1}", "colour")]
    [InlineData("{\"options\":{\"sentence\":5},\"kind\":\"summarize\",\"text\":\"x\"}", "sentence")]
    [InlineData("{\"kind\":\"echo\",\"text\":5}", "text")]
    public void JobRequest_Wrong_NamesTheField(string json, string field) =>
        Assert.Contains(field, Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<JobRequest>(json, CoreJson.Options)).Message, StringComparison.Ordinal);

    private static JobRequest Request(JobKind kind, JobPolicy policy = JobPolicy.BestAvailable) => new(kind, "Some text.", policy, null, null, null, JobOptions.Default(kind));

    private static DeviceSnapshot Device(int ordinal, DeviceState state, double queuedMs) => new(
        DeviceId.FromPublicKey([(byte)ordinal]), $"Device {ordinal}", ordinal, state, null, Now, LinkKind.Tunnel, null, null, [],
        [
            new RuntimeInfo("builtin", "Built-in", RuntimeState.Ready, null, [new ModelInfo("textrank", [Skill.Summarize], 0, 0, 1)], [TaskKind.LlmGenerate], AcceleratorKind.CPU),
            new RuntimeInfo("system", "System", RuntimeState.Ready, null, [new ModelInfo("sysinfo", []), new ModelInfo("echo", [])], [TaskKind.Sysinfo, TaskKind.Echo], AcceleratorKind.CPU),
        ],
        true, queuedMs == 0 ? [] : [new Lane("builtin", 1, [queuedMs], [])], [], [], 0, ImmutableDictionary<CalibrationKey, Calibration>.Empty);
}
