using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Events;

/// <summary>A job as its events say it is: immutable, made by <see cref="JobReducer"/> only.</summary>
/// <param name="Version">Sequence of the last event folded in, from 1; an older view never replaces a newer one.</param>
/// <param name="Plan">Null until planned.</param>
/// <param name="Verdicts">Every device's verdict of the plan.</param>
/// <param name="Predicted">Of the whole job; null until planned.</param>
/// <param name="Tasks">In plan order.</param>
/// <param name="Result">The final text and artifacts; null until there is one. A partly finished job keeps what it has.</param>
/// <param name="CancelRequested">Someone asked to cancel.</param>
/// <param name="Caller">Who asked: callers take turns.</param>
[GenerateSerializer, Immutable]
public sealed record JobView(
    JobId Id,
    long Version,
    JobRequest Request,
    string Title,
    JobId? RerunOf,
    JobState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    Plan? Plan,
    ImmutableArray<DeviceVerdict> Verdicts,
    Estimate? Predicted,
    ImmutableArray<TaskView> Tasks,
    JobResult? Result,
    JobError? Error,
    bool CancelRequested,
    string Caller = "")
{
    /// <summary>Milliseconds from submission to the end, 0 when the clock was set back meanwhile; null while it runs.</summary>
    public double? ActualMs => FinishedAt is { } end ? ElapsedMs(end) : null;

    /// <summary>Milliseconds from submission to a moment; 0 when the clock was set back meanwhile.</summary>
    public double ElapsedMs(DateTimeOffset at) => Math.Max(0, (at - CreatedAt).TotalMilliseconds);

    /// <summary>Whether it has ended.</summary>
    public bool IsFinished => State is not (JobState.Queued or JobState.Running);
}

/// <param name="IsPartial">Something in it was broken off: what a task had written when it was cancelled or failed.</param>
[GenerateSerializer, Immutable]
public sealed record JobResult(string? Text, ImmutableArray<ArtifactRef> Artifacts, bool IsPartial = false, bool IsCut = false);

/// <param name="Attempts">Oldest first. One is open at most, or two while a second device was asked as well.</param>
/// <param name="Lead">The number of the attempt whose text is the task's; null: the last one.</param>
[GenerateSerializer, Immutable]
public sealed record TaskView(PlannedTask Planned, TaskState State, ImmutableArray<AttemptView> Attempts, int? Lead = null)
{
    public TaskId Id => Planned.Id;

    /// <summary>The leading attempt, or null before placement: the one whose text is the task's, and whose success ended it.</summary>
    public AttemptView? Current => Attempts.IsEmpty ? null : Lead is { } number ? Attempts.First(a => a.Number == number) : Attempts[^1];

    /// <summary>The attempt on the second device that was asked as well; null when none was.</summary>
    public AttemptView? Hedge => Attempts.FirstOrDefault(a => a.IsHedge);

    /// <summary>Attempts that have not ended.</summary>
    public IEnumerable<AttemptView> Open => Attempts.Where(a => a.IsOpen);

    /// <summary>The attempt of this number while it has not ended, else null.</summary>
    public AttemptView? FindOpen(int number)
    {
        // From the newest on: this is asked for every piece of text.
        for (var i = Attempts.Length - 1; i >= 0; i--)
        {
            if (Attempts[i].Number == number)
            {
                return Attempts[i].IsOpen ? Attempts[i] : null;
            }
        }

        return null;
    }
}

/// <param name="Output">What it wrote so far, and before that what it was given to go on with.</param>
/// <param name="ActualMs">From placement to its end; null while it runs.</param>
/// <param name="Cause">Of a failure, in words.</param>
/// <param name="EndedByDashboard">It did not fail: the dashboard ended while it ran.</param>
/// <param name="IsHedge">A second device was asked as well, while an earlier attempt ran longer than predicted.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptView(
    int Number,
    DeviceId DeviceId,
    string DeviceName,
    string RuntimeId,
    string ModelId,
    AttemptState State,
    Estimate Predicted,
    string PlacementReason,
    DateTimeOffset PlacedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    AttemptOutput Output,
    double? ActualMs,
    ReasonCode? Reason,
    string? Cause,
    Receipt? Receipt,
    bool EndedByDashboard = false,
    bool IsHedge = false)
{
    /// <summary>Whose text it goes on with, and from where; null when it began at the start.</summary>
    [Id(0)]
    public Seam? Seam { get; init; }

    /// <summary>Milliseconds from its placement to a moment; 0 when the clock was set back meanwhile.</summary>
    public double ElapsedMs(DateTimeOffset at) => Math.Max(0, (at - PlacedAt).TotalMilliseconds);

    /// <summary>Whether it has not ended: it waits on its device, or runs.</summary>
    public bool IsOpen => State is AttemptState.Placed or AttemptState.Running;

    /// <summary>What happened, as in "out of memory"; null while nothing did. It blames the side that it was.</summary>
    public string? ReasonWords => EndedByDashboard ? "interrupted by the dashboard" : Reason is { } reason ? ReasonCodes.For(reason).Words : null;

    // Handing it over takes a moment; that is a part of the work, as it is in the prediction.
    private const double HandOverMs = 50;

    /// <summary>Milliseconds that it waited for its turn; 0 when it began at once and while it has not begun.</summary>
    public double WaitedMs => (StartedAt ?? (State == AttemptState.Succeeded ? PlacedAt : EndedAt)) is { } turn && (turn - PlacedAt).TotalMilliseconds is > HandOverMs and var ms ? ms : 0;

    /// <summary>
    /// Milliseconds from its turn to its end, the span that <see cref="Estimate.WorkP50Ms"/> predicts; null while it runs and when it never began.
    /// </summary>
    public double? WorkMs => ActualMs is { } all && (StartedAt is not null || State == AttemptState.Succeeded) ? Math.Max(0, all - WaitedMs) : null;
}
