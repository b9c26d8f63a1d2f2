using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Placement;

public sealed class FilterTests
{
    [Theory]
    [InlineData(DeviceState.Suspect, "It does not answer, last seen 12 s ago")]
    [InlineData(DeviceState.Lost, "Lost, last seen 12 s ago")]
    [InlineData(DeviceState.Draining, "Draining")]
    public void Online_NotOnline_SaysSinceWhen(DeviceState state, string expected) =>
        Assert.StartsWith(expected, new OnlineFilter().Reject(Any.Device(0, state) with { LastSeen = Any.Now.AddSeconds(-12) }, Context()), StringComparison.Ordinal);

    [Theory]
    [InlineData(100, "2 min ago")]
    [InlineData(7_200, "2 h ago")]
    [InlineData(400_000, "5 days ago")]
    [InlineData(-5, "0 s ago")]
    public void Online_SeenLongAgo_UsesAFittingUnit(int seconds, string expected) =>
        Assert.Contains(expected, new OnlineFilter().Reject(Any.Device(0, DeviceState.Lost) with { LastSeen = Any.Now.AddSeconds(-seconds) }, Context()), StringComparison.Ordinal);

    [Fact]
    public void Online_NeverSeen_SaysSo() =>
        Assert.Contains("never", new OnlineFilter().Reject(Any.Device(0, DeviceState.Lost) with { LastSeen = null }, Context()), StringComparison.Ordinal);

    [Fact]
    public void Accelerator_DetectedOnly_IsNotEnough()
    {
        var context = Context(policy: JobPolicy.RequireNpu);
        Assert.Contains("no run has proven yet", new AcceleratorFilter().Reject(Any.Device() with { Profile = Any.Profile(AcceleratorStatus.Detected) }, context), StringComparison.Ordinal);
        Assert.Equal("No NPU.", new AcceleratorFilter().Reject(Any.Device() with { Profile = Any.Profile(AcceleratorStatus.Absent) }, context));
        Assert.Null(new AcceleratorFilter().Reject(Any.Device() with { Profile = Any.Profile(AcceleratorStatus.Proven) }, context));
    }

    [Fact]
    public void RequireNpu_ProvenButRuntimeOnCpu_IsNotACandidate()
    {
        var device = Any.Device() with { Profile = Any.Profile(AcceleratorStatus.Proven) };
        Assert.NotNull(PlanningPipeline.Plan(Any.Request(JobKind.Summarize, JobPolicy.RequireNpu), Any.FleetOf(device), Any.Context()).Refusal);
        var able = device with { Runtimes = [Any.BuiltIn, Any.OnNpu] };
        Assert.Equal("phi", PlanningPipeline.Plan(Any.Request(JobKind.Summarize, JobPolicy.RequireNpu), Any.FleetOf(able), Any.Context()).Plan!.Placements.Single().ModelId);
    }

    [Fact]
    public void Starting_OnlyCandidateStarts_JobMayWait()
    {
        var starting = Any.Device() with { Runtimes = [Any.BuiltIn with { State = RuntimeState.Starting }, Any.SystemRuntime], RuntimesLoaded = false };
        var result = PlanningPipeline.Plan(Any.Request(), Any.FleetOf(starting), Any.Context());
        Assert.True(result.MayWait);
        Assert.Equal("Built-in is still starting.", result.Devices[0].Reason);
    }

    [Fact]
    public void Starting_AnotherRuntimeIsReady_RunsThere()
    {
        var starting = Any.Device() with { Runtimes = [Any.BuiltIn with { State = RuntimeState.Starting }, Any.SystemRuntime], RuntimesLoaded = false };
        Assert.NotNull(PlanningPipeline.Plan(Any.Request(JobKind.Echo), Any.FleetOf(starting), Any.Context()).Plan);
        Assert.NotNull(PlanningPipeline.Plan(Any.Request(), Any.FleetOf(starting, Any.Device(1)), Any.Context()).Plan);
    }

    [Fact]
    public void Starting_StartingRuntimeCannotDoIt_IsRefusedNotWaitedFor()
    {
        var starting = Any.Device() with { Runtimes = [Any.BuiltIn with { State = RuntimeState.Starting }] };
        Assert.NotNull(PlanningPipeline.Plan(Any.Request(JobKind.Chat), Any.FleetOf(starting), Any.Context()).Refusal);
    }

    [Fact]
    public void Skill_RuntimeDown_SaysWhy()
    {
        var down = new RuntimeInfo("openai:x", "Ollama", RuntimeState.Down, "Nothing listens at x.", [], [TaskKind.LlmGenerate], null);
        var reason = new SkillFilter().Reject(Any.Device() with { Runtimes = [down] }, Context(JobKind.Chat));
        Assert.Equal("No model for chat is ready; Ollama is down: Nothing listens at x.", reason);
    }

    [Fact]
    public void Survey_BigModelDoesNotFit_TakesTheSmallerOne()
    {
        var models = new RuntimeInfo(
            "openai:x", "Ollama", RuntimeState.Ready, null,
            [new ModelInfo("big", [Skill.Chat], 20_000_000_000, 4_096, 5), new ModelInfo("small", [Skill.Chat], 1_000_000_000, 4_096, 2)], [TaskKind.LlmGenerate], null);
        var device = Any.Device() with { Runtimes = [models], Telemetry = new Telemetry(Any.Now, 1, 4_000, null, null, null, 0, 0, null) };
        var plan = PlanningPipeline.Plan(Any.Request(JobKind.Chat), Any.FleetOf(device), Any.Context());
        Assert.Equal("small", plan.Plan!.Placements.Single().ModelId);

        var full = PlanningPipeline.Plan(
            Any.Request(JobKind.Chat), Any.FleetOf(device with { Telemetry = device.Telemetry with { RamFreeMb = 1_000 } }), Any.Context());
        Assert.Equal("ram", full.Devices[0].Filter);
        Assert.Contains("small needs 1,049 MB and 488 MB are free, 561 MB too few", full.Devices[0].Reason, StringComparison.Ordinal);

        // It was refused, too, while another attempt held the memory; that one ends, so it waits for it now.
        var busy = device with { InUse = [new ModelUse("openai:x", "other", 3_000, 0)], Lanes = [new Lane("openai:x", 2, [7_000], [])] };
        var later = PlanningPipeline.Plan(Any.Request(JobKind.Chat), Any.FleetOf(busy), Any.Context());
        Assert.Equal(("small", 7_000), (later.Plan!.Placements.Single().ModelId, later.Plan.Placements.Single().Predicted.WaitMs));
        Assert.Contains("Waits until other has ended there: small needs 1,049 MB and 488 MB are free until then.", later.Devices[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Survey_SmallBoard_IsNotRefusedASummary()
    {
        var board = Any.Device() with { Telemetry = new Telemetry(Any.Now, 1, 300, null, null, null, 0, 0, null) };
        Assert.NotNull(PlanningPipeline.Plan(Any.Request(), Any.FleetOf(board), Any.Context()).Plan);
    }

    [Fact]
    public void Policies_EveryPolicy_HasOne() => Assert.All(Enum.GetValues<JobPolicy>(), p => Assert.Equal(p, Policies.For(p).Policy));

    private static FilterContext Context(JobKind kind = JobKind.Summarize, JobPolicy policy = JobPolicy.BestAvailable)
    {
        var (task, skill) = Planner.TaskOf(kind);
        return new FilterContext(Any.Request(kind, policy), task, skill, Any.Context(), []);
    }
}
