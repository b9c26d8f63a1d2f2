using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Storage;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Jobs as the pages, the API and the hub see them. Thread-safe; one per process.</summary>
public interface IJobs
{
    /// <summary>What would run, on the newest snapshot; nothing is run. The request must be valid.</summary>
    PlanResult Preview(JobRequest request);

    /// <summary>Validates, plans, stores and starts a job. Returns when it is stored.</summary>
    Task<SubmitOutcome> SubmitAsync(JobRequest request, CancellationToken cancellationToken);

    /// <summary>The same for a submission that may come more than once: what was stored with this key in the last 24 hours is answered again (code <c>idempotency_key_reused</c> when the request differs).</summary>
    Task<SubmitOutcome> SubmitAsync(JobRequest request, SubmitOnce once, CancellationToken cancellationToken);

    /// <summary>The same request as a new job.</summary>
    Task<SubmitOutcome> RerunAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>The job now, or null when there is none.</summary>
    Task<JobView?> GetAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>The job and newer views of it, conflated to about ten a second; completes after the finished view. Null when there is none.</summary>
    Task<ILiveSubscription<JobLive>?> WatchAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>Every event after a sequence number, stored ones first, then live ones; completes after <see cref="JobEnded"/>. Null when there is no such job.</summary>
    Task<IAsyncEnumerable<SequencedEvent>?> EventsAsync(JobId id, long after, CancellationToken cancellationToken);

    /// <summary>Asks to cancel; null when asked, else why not (finished, unknown).</summary>
    Task<Problem?> CancelAsync(JobId id, string by, CancellationToken cancellationToken);

    /// <summary>Removes a finished job, its events and artifacts.</summary>
    Task<Problem?> DeleteAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>History, newest first.</summary>
    Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>Jobs per state, under the query's filters other than state.</summary>
    Task<ImmutableDictionary<JobState, int>> CountAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>A number that grows whenever a job's row in the history changes; conflated.</summary>
    ILiveSubscription<long> SubscribeToHistory();

    /// <summary>Subscribers of single jobs and of the history now; for tests and metrics.</summary>
    int SubscriberCount { get; }

    /// <summary>An artifact's bytes, or null when there is none of this name.</summary>
    Task<Stream?> OpenArtifactAsync(JobId id, string name, CancellationToken cancellationToken);
}

/// <summary>How a submission ended: exactly one of the three is set.</summary>
/// <param name="Id">The stored job.</param>
/// <param name="Invalid">What is wrong with the request (400; 413 when the code is <c>text_too_large</c>).</param>
/// <param name="Refused">Why it was not taken: no device can (422, with the plan's verdicts), or the queue is full (429, code <c>queue_full</c>).</param>
public sealed record SubmitOutcome(JobId? Id, ImmutableArray<Problem> Invalid, Refusal? Refused);

/// <param name="Devices">Every device's verdict; empty when the queue is full.</param>
public sealed record Refusal(Problem Problem, ImmutableArray<DeviceVerdict> Devices);

/// <summary>A job with what is live only.</summary>
/// <param name="Progress">Of running attempts, keyed by task.</param>
public sealed record JobLive(JobView View, ImmutableDictionary<TaskId, LiveProgress> Progress);

/// <param name="Fraction">0 to 1 as the device reports it; null when it does not.</param>
/// <param name="Note">What it is doing; null when it does not say.</param>
public sealed record LiveProgress(double? Fraction, string? Note);

/// <summary>A filter of the history; null is any.</summary>
/// <param name="Text">Part of the title or id, case-insensitive.</param>
/// <param name="Limit">Rows of a page, 1 to 200.</param>
/// <param name="Cursor">From the page before; null for the first.</param>
public sealed record JobQuery(JobState? State, JobKind? Kind, DeviceId? Device, string? Text, int Limit, string? Cursor)
{
    public static JobQuery First(int limit) => new(null, null, null, null, limit, null);
}

public sealed record JobPage(ImmutableArray<JobSummary> Items, string? NextCursor);

/// <summary>A row of the history.</summary>
/// <param name="Devices">Of its current attempts, without doubles.</param>
/// <param name="Note">A second line, such as <c>one part retried: out of memory</c>; null when there is nothing to say.</param>
public sealed record JobSummary(
    JobId Id,
    JobKind Kind,
    JobState State,
    string Title,
    string? Note,
    ImmutableArray<JobDevice> Devices,
    string? ModelId,
    Core.Primitives.AcceleratorKind? Accelerator,
    double? PredictedP50Ms,
    double? PredictedP90Ms,
    double? ActualMs,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt);
