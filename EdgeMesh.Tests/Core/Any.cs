using CsCheck;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core;

/// <summary>Generators of fleets and requests for property tests, and the plain values they are made of.</summary>
internal static class Any
{
    public static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    public static readonly RuntimeInfo BuiltIn = new(
        "builtin", "Built-in", RuntimeState.Ready, null, [new ModelInfo("textrank", [Skill.Summarize], 0, 0, 1)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);

    public static readonly RuntimeInfo SystemRuntime = new(
        "system", "System", RuntimeState.Ready, null, [new ModelInfo("sysinfo", []), new ModelInfo("echo", [])], [TaskKind.Sysinfo, TaskKind.Echo], AcceleratorKind.CPU);

    public static readonly RuntimeInfo OnNpu = new(
        "onnx", "ONNX Runtime", RuntimeState.Ready, null, [new ModelInfo("phi", [Skill.Chat, Skill.Summarize], 2_000_000_000, 4_096, 3)], [TaskKind.LlmGenerate], AcceleratorKind.NPU);

    public static readonly Gen<JobKind> Kind = Gen.OneOf(Enum.GetValues<JobKind>());

    public static readonly Gen<JobPolicy> Policy = Gen.OneOf(Enum.GetValues<JobPolicy>());

    /// <summary>One to eight devices of every state, hardware and load; ids and ordinals are distinct.</summary>
    public static readonly Gen<FleetSnapshot> Fleet =
        from parts in Gen.Select(Gen.OneOf(Enum.GetValues<DeviceState>()), RuntimesOf(), Gen.Bool, Gen.Double[0, 5_000], Gen.Long[0, 20_000], Gen.OneOf(Enum.GetValues<AcceleratorStatus>())).Array[1, 8]
        select new FleetSnapshot(1, Now, [.. parts.Select((p, i) => Device(i, p.Item1) with
        {
            Runtimes = p.Item2,
            RuntimesLoaded = p.Item3,
            Lanes = [new Lane("builtin", 1, [p.Item4], []), new Lane("onnx", 2, [p.Item4 / 2, p.Item4], [p.Item4 / 3])],
            Telemetry = p.Item5 == 0 ? null : new Telemetry(Now, 10, p.Item5, null, null, null, 0, 0, null),
            Profile = Profile(p.Item6),
        })]);

    public static DeviceSnapshot Device(int ordinal = 0, DeviceState state = DeviceState.Online) => new(
        Id(ordinal), $"Device {ordinal}", ordinal, state, null, Now, LinkKind.Tunnel, null, null, [], [BuiltIn, SystemRuntime], true, [], [], [], 0,
        ImmutableDictionary<CalibrationKey, Calibration>.Empty);

    public static DeviceId Id(int ordinal) => DeviceId.FromPublicKey([(byte)ordinal]);

    public static FleetSnapshot FleetOf(params ReadOnlySpan<DeviceSnapshot> devices) => new(1, Now, [.. devices]);

    public static JobRequest Request(JobKind kind = JobKind.Summarize, JobPolicy policy = JobPolicy.BestAvailable, DeviceId? device = null, JobOptions? options = null) =>
        new(kind, "Some text.", policy, device, null, null, options ?? JobOptions.Default(kind));

    public static PlanContext Context(DeviceId? local = null) => new(Now, local);

    public static PlannedTask Task(TaskKind kind = TaskKind.LlmGenerate, Skill? skill = Skill.Summarize, JobOptions? options = null) =>
        new(new TaskId(1), 0, kind, "Task", skill, TaskInput.WholeText, options ?? new SummarizeOptions(), null);

    /// <summary>A profile with an NPU and a GPU of this status.</summary>
    public static DeviceProfile Profile(AcceleratorStatus status) => new(
        "Debian", "x64", "", "CPU", 4, 8, [], 16_000, null, FormFactor.Desktop, "0.1.0",
        [new Accelerator(AcceleratorKind.NPU, "NPU", status), new Accelerator(AcceleratorKind.GPU, "GPU", status)], []);

    private static Gen<ImmutableArray<RuntimeInfo>> RuntimesOf() =>
        Gen.Select(Gen.OneOf(BuiltIn, SystemRuntime, OnNpu), Gen.OneOf(Enum.GetValues<RuntimeState>()))
            .Array[0, 4]
            .Select(all => all.Select(r => r.Item1 with { State = r.Item2, Reason = r.Item2 == RuntimeState.Ready ? null : "a reason" }).DistinctBy(r => r.Id).ToImmutableArray());
}
