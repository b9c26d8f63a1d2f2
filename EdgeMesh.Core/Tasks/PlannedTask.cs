using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Tasks;

/// <summary>What a task reads: a slice of the request's text (characters), the outputs of earlier tasks in order, or nothing.</summary>
/// <param name="Start">First character; 0 with <paramref name="Length"/> null is the whole text.</param>
/// <param name="Length">Characters; null to the end.</param>
/// <param name="OutputsOf">When not empty, the joined outputs of these tasks instead of the text.</param>
[GenerateSerializer, Immutable]
public sealed record TaskInput(int Start, int? Length, ImmutableArray<TaskId> OutputsOf)
{
    public static TaskInput WholeText { get; } = new(0, null, []);
}

/// <summary>One unit of work.</summary>
/// <param name="Stage">From 0; a stage starts when the one before has ended.</param>
/// <param name="Label">For people: <c>Summarize</c>, <c>Map 2</c>, <c>Reduce</c>.</param>
/// <param name="Skill">What the model must be able to do; null for SYSINFO and ECHO.</param>
/// <param name="Options">Of this task; a map task may ask for other lengths than the request.</param>
/// <param name="OnDevice">Must run there (sysinfo, echo on every device); null lets placement choose.</param>
/// <param name="OnTryOutModel">The plan gave it to a built-in model for trying out (tier 0). Only then may such a model get it again.</param>
[GenerateSerializer, Immutable]
public sealed record PlannedTask(
    TaskId Id, int Stage, TaskKind Kind, string Label, Skill? Skill, TaskInput Input, JobOptions Options, DeviceId? OnDevice, bool OnTryOutModel = false);
