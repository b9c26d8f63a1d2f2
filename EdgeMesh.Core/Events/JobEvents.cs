using System.Text.Json.Serialization;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Events;

/// <summary>
/// What happened to a job: journaled in order, stored before anyone is told. <see cref="JobReducer"/> folds them into a
/// <see cref="JobView"/>. Telemetry and progress are live only and never events.
/// </summary>
/// <param name="At">When, by the orchestrator's clock.</param>
[GenerateSerializer, Immutable]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(JobSubmitted), nameof(JobSubmitted))]
[JsonDerivedType(typeof(PlanMade), nameof(PlanMade))]
[JsonDerivedType(typeof(AttemptPlaced), nameof(AttemptPlaced))]
[JsonDerivedType(typeof(AttemptHedged), nameof(AttemptHedged))]
[JsonDerivedType(typeof(AttemptStarted), nameof(AttemptStarted))]
[JsonDerivedType(typeof(OutputAppended), nameof(OutputAppended))]
[JsonDerivedType(typeof(ReasoningAppended), nameof(ReasoningAppended))]
[JsonDerivedType(typeof(OutputWasReasoning), nameof(OutputWasReasoning))]
[JsonDerivedType(typeof(AttemptSucceeded), nameof(AttemptSucceeded))]
[JsonDerivedType(typeof(AttemptFailed), nameof(AttemptFailed))]
[JsonDerivedType(typeof(TaskEnded), nameof(TaskEnded))]
[JsonDerivedType(typeof(CancelRequested), nameof(CancelRequested))]
[JsonDerivedType(typeof(JobEnded), nameof(JobEnded))]
public abstract record JobEvent(DateTimeOffset At);

/// <param name="Title">For people: the first words of the text, or what the kind says.</param>
/// <param name="RerunOf">The job this repeats, or null.</param>
/// <param name="Caller">Who asked, as a name that says nothing else: callers take turns. Empty is the dashboard itself, and jobs from before there were turns.</param>
[GenerateSerializer, Immutable]
public sealed record JobSubmitted(DateTimeOffset At, JobId Job, JobRequest Request, string Title, JobId? RerunOf, string Caller = "") : JobEvent(At);

/// <summary>The plan with its estimates and every device's verdict.</summary>
[GenerateSerializer, Immutable]
public sealed record PlanMade(DateTimeOffset At, Plan Plan, ImmutableArray<DeviceVerdict> Devices, Estimate Predicted) : JobEvent(At);

/// <summary>A task was committed to a device; a higher number supersedes the lower.</summary>
/// <param name="Seam">Whose text it goes on with, and from where; null when it starts over.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptPlaced(
    DateTimeOffset At, TaskId Task, int Number, DeviceId Device, string DeviceName, string RuntimeId, string ModelId, Estimate Predicted, string Reason, Seam? Seam = null) : JobEvent(At);

/// <summary>
/// A second device was asked as well, because the attempt that runs takes longer than predicted; the first end that succeeds counts. What it writes is told once it leads:
/// when it has succeeded, or the first attempt has failed.
/// </summary>
/// <param name="Number">Higher than the first attempt's; it does not supersede it.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptHedged(
    DateTimeOffset At, TaskId Task, int Number, DeviceId Device, string DeviceName, string RuntimeId, string ModelId, Estimate Predicted, string Reason) : JobEvent(At);

/// <summary>The device began.</summary>
[GenerateSerializer, Immutable]
public sealed record AttemptStarted(DateTimeOffset At, TaskId Task, int Number) : JobEvent(At);

/// <summary>Coalesced text, or an artifact, of an attempt.</summary>
/// <param name="Offset">Characters this attempt had before: what it wrote, and what it was given to go on with.</param>
[GenerateSerializer, Immutable]
public sealed record OutputAppended(DateTimeOffset At, TaskId Task, int Number, int Offset, string? Text, ArtifactRef? Artifact) : JobEvent(At);

/// <summary>Coalesced reasoning of an attempt: never part of its answer.</summary>
/// <param name="Offset">Characters of reasoning this attempt had before.</param>
[GenerateSerializer, Immutable]
public sealed record ReasoningAppended(DateTimeOffset At, TaskId Task, int Number, int Offset, string Text) : JobEvent(At);

/// <summary>
/// The attempt's text so far turned out to be reasoning, once an attempt: a model whose reasoning begins without a mark ended it. Offsets of
/// <see cref="OutputAppended"/> go on counting.
/// </summary>
/// <param name="Length">Characters of text this attempt had written.</param>
[GenerateSerializer, Immutable]
public sealed record OutputWasReasoning(DateTimeOffset At, TaskId Task, int Number, int Length) : JobEvent(At);

/// <param name="ActualMs">From placement to the result, as the orchestrator saw it.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptSucceeded(DateTimeOffset At, TaskId Task, int Number, double ActualMs, Receipt Receipt) : JobEvent(At);

/// <param name="Cause">What the device or link said, in words that name the device.</param>
/// <param name="ByDashboard">The dashboard ended or gave up while it ran; the device did nothing wrong.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptFailed(
    DateTimeOffset At, TaskId Task, int Number, double ActualMs, ReasonCode Reason, string Cause, DeviceId Device, bool ByDashboard = false) : JobEvent(At);

[GenerateSerializer, Immutable]
public sealed record TaskEnded(DateTimeOffset At, TaskId Task, TaskState State) : JobEvent(At);

/// <param name="By">Who asked: a key's name, or <c>the dashboard</c>.</param>
[GenerateSerializer, Immutable]
public sealed record CancelRequested(DateTimeOffset At, string By) : JobEvent(At);

/// <param name="Error">Null only when Succeeded.</param>
[GenerateSerializer, Immutable]
public sealed record JobEnded(DateTimeOffset At, JobState State, JobError? Error) : JobEvent(At);

/// <summary>Why a job did not succeed, as api.md's <c>error</c>.</summary>
[GenerateSerializer, Immutable]
public sealed record JobError(string Title, string Detail, string Code, string Remedy);
