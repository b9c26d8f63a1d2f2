using System.Text.Json.Serialization;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Planning;

/// <summary>A task's place, with who and why.</summary>
/// <param name="Reason">Why this device, in words.</param>
/// <param name="RunnerUp">The next best device, or null.</param>
[GenerateSerializer, Immutable]
public sealed record TaskPlacement(
    TaskId Task, DeviceId Device, string DeviceName, string RuntimeId, string ModelId, AcceleratorKind? Accelerator, Estimate Predicted, string Reason, DeviceId? RunnerUp)
{
    /// <summary>It goes on with what another attempt wrote; the prediction is of the rest.</summary>
    [Id(0), JsonIgnore]
    public bool GoesOn { get; init; }
}

/// <summary>Stages of tasks and where each would run. Tasks of one stage run at the same time; stages in order.</summary>
/// <param name="Tasks">By id, which is stage order.</param>
/// <param name="Placements">One per task, in the same order.</param>
/// <param name="Shape">For people: <c>One device</c>, <c>Split over 2 devices</c>, <c>Every device</c>.</param>
[GenerateSerializer, Immutable]
public sealed record Plan(ImmutableArray<PlannedTask> Tasks, ImmutableArray<TaskPlacement> Placements, string Shape)
{
    /// <summary>The number of stages.</summary>
    public int Stages => Tasks.IsEmpty ? 0 : Tasks[^1].Stage + 1;

    /// <summary>Whether a built-in model for trying out does a part of it.</summary>
    public bool UsesTryOutModel => Tasks.Any(t => t.OnTryOutModel);
}

/// <summary>For one device: why it was filtered, or what it scored. Every plan has one for every device.</summary>
/// <param name="Candidate">It passed every filter.</param>
/// <param name="Chosen">It has at least one task of the plan.</param>
/// <param name="Filter">The filter that removed it (<c>online</c>, <c>skill</c>, <c>ram</c> …); null for a candidate.</param>
/// <param name="Reason">In words, always; also why the chosen one was chosen.</param>
/// <param name="Predicted">Of the whole job on this device alone (or of its own task); null when filtered before it could be priced.</param>
/// <param name="RuntimeId">The runtime it would use; null when none.</param>
/// <param name="ModelId">The model it would use; null when none.</param>
/// <param name="Accelerator">Where that runtime computes; null is unknown.</param>
/// <param name="RamFreeMb">Free RAM less promises and a margin when it was priced; null is unknown.</param>
/// <param name="RamNeedMb">What it takes of that: less than <paramref name="Predicted"/> says when its model is in memory already; null is unknown.</param>
[GenerateSerializer, Immutable]
public sealed record DeviceVerdict(
    DeviceId DeviceId,
    string Name,
    bool Candidate,
    bool Chosen,
    string? Filter,
    string Reason,
    Estimate? Predicted,
    string? RuntimeId,
    string? ModelId,
    AcceleratorKind? Accelerator,
    double? RamFreeMb,
    double? RamNeedMb = null);

/// <summary>Another shape of the same job that was priced and not taken.</summary>
[GenerateSerializer, Immutable]
public sealed record PlanAlternative(Plan Plan, Estimate Predicted);

/// <summary>
/// The answer to "what would run": exactly one of <paramref name="Plan"/> and <paramref name="Refusal"/> is set.
/// The preview and the run come from the same call.
/// </summary>
/// <param name="FleetVersion">Of the snapshot that was used.</param>
/// <param name="Predicted">Of the whole plan; null when refused.</param>
/// <param name="Note">A sentence such as "One device is faster: splitting over two would take 23 s."; null when there is nothing to say.</param>
/// <param name="Refusal">Why nothing can run it, with the remedy.</param>
/// <param name="MayWait">The only candidates are still starting, or away for a moment: the job is accepted and waits, as <paramref name="Note"/> says.</param>
[GenerateSerializer, Immutable]
public sealed record PlanResult(
    long FleetVersion,
    Plan? Plan,
    Estimate? Predicted,
    ImmutableArray<DeviceVerdict> Devices,
    PlanAlternative? Alternative,
    string? Note,
    Problem? Refusal,
    bool MayWait);
