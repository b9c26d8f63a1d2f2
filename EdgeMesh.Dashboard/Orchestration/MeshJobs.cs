using System.Runtime.CompilerServices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Live;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Storage.Artifacts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Jobs for pages, API and hub.</summary>
public sealed class MeshJobs(
    IGrainFactory grains, JobFeed feed, Journal journal, JobHistory history, PlacedWork placed, PlanContexts contexts, OpenJobs open, JobLimits limits, OrchestratorOptions limit, SubmissionKeys keys, ArtifactStore artifacts, IDeeds deeds, TimeProvider time) : IJobs
{
    private const string StorageCode = "storage_failed";
    private const int RowsAtOnce = 64;
    private static readonly TimeSpan BetweenTellings = TimeSpan.FromMilliseconds(20);

    public int SubscriberCount => feed.SubscriberCount;

    public PlanResult Preview(JobRequest request) => PlanningPipeline.Plan(request, placed.Current, contexts.Now(Actors.Current.Caller));

    public Task<SubmitOutcome> SubmitAsync(JobRequest request, CancellationToken cancellationToken) => SubmitAsync(request, rerunOf: null, once: null, noTryOutModels: false);

    public async Task<SubmitOutcome> SubmitAsync(JobRequest request, SubmitOnce once, CancellationToken cancellationToken)
    {
        if (await StoredAsync(once, cancellationToken) is { } before)
        {
            return before;
        }

        var outcome = await SubmitAsync(request, rerunOf: null, once, noTryOutModels: false);
        // When two came at the same time, the second could not be stored: its answer is the first's.
        return outcome.Refused?.Problem.Code == StorageCode && await StoredAsync(once, cancellationToken) is { } first ? first : outcome;
    }

    // Nobody sees the plan of a rerun before it runs: what a real model did is not done again by one for trying out.
    public async Task<SubmitOutcome> RerunAsync(JobId id, CancellationToken cancellationToken) => await GetAsync(id, cancellationToken) is { } job
        ? await SubmitAsync(job.Request, id, once: null, noTryOutModels: job.Plan is { UsesTryOutModel: false })
        : new SubmitOutcome(null, [Unknown(id)], null);

    public async Task<JobView?> GetAsync(JobId id, CancellationToken cancellationToken) =>
        feed.Find(id) ?? JobReducer.Fold((await journal.ReadAsync(id, 0, cancellationToken)).Select(e => e.Event));

    public async Task<ILiveSubscription<JobLive>?> WatchAsync(JobId id, CancellationToken cancellationToken)
    {
        if (feed.Watch(id) is { } live)
        {
            return live;
        }

        if (await GetAsync(id, cancellationToken) is not { } view)
        {
            return null;
        }

        var ended = new LiveSource<JobLive>(new JobLive(view, ImmutableDictionary<TaskId, LiveProgress>.Empty));
        ended.Complete();
        return ended.Subscribe();
    }

    public async Task<IAsyncEnumerable<SequencedEvent>?> EventsAsync(JobId id, long after, CancellationToken cancellationToken) =>
        await GetAsync(id, cancellationToken) is null ? null : StreamAsync(id, after, cancellationToken);

    public async Task<Problem?> CancelAsync(JobId id, string by, CancellationToken cancellationToken)
    {
        if (Deeds.Missing(Scopes.Run) is { } missing)
        {
            return missing;
        }

        if (await GetAsync(id, cancellationToken) is not { } job)
        {
            return Unknown(id);
        }

        return !job.IsFinished && await grains.GetGrain<IJobGrain>(id.Value).CancelAsync(by)
            ? null
            : new Problem("job_finished", "The job has ended.", $"Job {id.Short} ended as {job.State}.", "Run it again if you need it.");
    }

    public Task<Problem?> DeleteAsync(JobId id, CancellationToken cancellationToken) => deeds.DoAsync(AuditActions.JobDelete, id.Value, () => RemoveAsync(id, cancellationToken));

    private async Task<Problem?> RemoveAsync(JobId id, CancellationToken cancellationToken)
    {
        if (await GetAsync(id, cancellationToken) is not { } job)
        {
            return Unknown(id);
        }

        if (!job.IsFinished)
        {
            return new Problem("job_running", "The job has not ended.", $"Job {id.Short} is {job.State}.", "Cancel it first.");
        }

        await history.DeleteAsync(id, cancellationToken);
        artifacts.Remove(id);
        feed.Deleted();
        return null;
    }

    public Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) => history.ListAsync(query, cancellationToken);

    public Task<ImmutableDictionary<JobState, int>> CountAsync(JobQuery query, CancellationToken cancellationToken) => history.CountAsync(query, cancellationToken);

    public ILiveSubscription<long> SubscribeToHistory() => feed.SubscribeToHistory();

    public Task<Stream?> OpenArtifactAsync(JobId id, string name, CancellationToken cancellationToken) => Task.FromResult(artifacts.Open(id, name));

    private static Problem StorageFailed(JournalException e) => new(
        StorageCode, "The job could not be stored.", e.Message, "Free space on the disk of the dashboard's data directory, close programs that lock its database, then try again.",
        RetryAfter: StorageWords.Again);

    // The next place is free when one of the jobs ends, which is not before an attempt that runs does.
    private Problem QueueFull()
    {
        var next = ListScheduling.NextEnd(placed.Current.Devices.SelectMany(d => d.Lanes));
        var again = RetryAfter.Of(next);
        return new Problem(
            "queue_full", "The queue is full.", $"{open.All.Count:N0} of the {limit.MaxOpenJobs:N0} jobs that this dashboard takes have not ended yet{(open.All.Count < limit.MaxOpenJobs ? ", and the places left are for others" : "")}{(next is null ? "" : $"; the next is likely to end {RetryAfter.Words(again)}")}.",
            $"Try again {RetryAfter.Words(again)}, or cancel jobs that are not needed.", RetryAfter: again);
    }

    private static Problem Unknown(JobId id) => new("job_unknown", "There is no such job.", $"No job with the id {id} is in the history.", "The Jobs page lists them.");

    private async Task<SubmitOutcome?> StoredAsync(SubmitOnce once, CancellationToken cancellationToken) => await keys.FindAsync(once, cancellationToken) switch
    {
        null => null,
        { } stored when stored.Body == once.Body => new SubmitOutcome(new JobId(stored.JobId), [], null),
        { } stored => new SubmitOutcome(null, [], new Refusal(
            new Problem(
                "idempotency_key_reused", "This Idempotency-Key was used for another request.", $"It belongs to job {new JobId(stored.JobId).Short}, whose request was not the same.",
                "Send a new key with a new request; the same key only with the same request."),
            [])),
    };

    private async Task<SubmitOutcome> SubmitAsync(JobRequest request, JobId? rerunOf, SubmitOnce? once, bool noTryOutModels)
    {
        if (Deeds.Missing(Scopes.Run) is { } missing)
        {
            return new SubmitOutcome(null, [], new Refusal(missing, []));
        }

        var invalid = JobRequestValidator.Validate(request, limits);
        if (!invalid.IsEmpty)
        {
            return new SubmitOutcome(null, invalid, null);
        }

        var id = JobId.New(time.GetUtcNow());
        var caller = Actors.Current.Caller;
        var plan = placed.Decide(id, request, caller, fleet => PlanningPipeline.Plan(request, fleet, contexts.Now(caller, noTryOutModels)));
        if (plan.Refusal is { } refusal)
        {
            return new SubmitOutcome(null, [], new Refusal(refusal, plan.Devices));
        }

        try
        {
            return await StartAsync(id, request, caller, plan, rerunOf, once, noTryOutModels);
        }
        finally
        {
            placed.Settle(a => a.Job == id);
        }
    }

    private async Task<SubmitOutcome> StartAsync(JobId id, JobRequest request, string caller, PlanResult plan, JobId? rerunOf, SubmitOnce? once, bool noTryOutModels)
    {
        if (!open.TryBegin(id, caller))
        {
            return new SubmitOutcome(null, [], new Refusal(QueueFull(), []));
        }

        try
        {
            await grains.GetGrain<IJobGrain>(id.Value).SubmitAsync(request, caller, plan, rerunOf, once, noTryOutModels);
            return new SubmitOutcome(id, [], null);
        }
        catch (JournalException e)
        {
            open.Ended(id);
            return new SubmitOutcome(null, [], new Refusal(StorageFailed(e), []));
        }
    }

    // Listens first and reads the journal second, so nothing falls between; what comes twice is told once. Whoever reads too slowly to listen reads on in the journal.
    private async IAsyncEnumerable<SequencedEvent> StreamAsync(JobId id, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wasOver = false;
        while (true)
        {
            using var live = feed.Listen(id);
            while (await journal.ReadAsync(id, after, cancellationToken, RowsAtOnce) is { IsEmpty: false } page)
            {
                foreach (var stored in page)
                {
                    after = stored.Sequence;
                    yield return stored;
                    if (stored.Event is JobEnded)
                    {
                        yield break;
                    }
                }
            }

            await foreach (var change in (live?.ReadAsync(cancellationToken) ?? AsyncEnumerable.Empty<SequencedEvent>()).ConfigureAwait(false))
            {
                if (change.Sequence > after)
                {
                    after = change.Sequence;
                    yield return change;
                    if (change.Event is JobEnded)
                    {
                        yield break;
                    }
                }
            }

            if (live is not null)
            {
                continue;
            }

            // Stored a moment ago and not told yet, or left by the last process and not ended yet. Its end may have come after the journal was read.
            var isOver = await GetAsync(id, cancellationToken) is not { IsFinished: false };
            if (isOver && wasOver)
            {
                yield break;
            }

            wasOver = isOver;
            if (!isOver)
            {
                await Task.Delay(BetweenTellings, time, cancellationToken);
            }
        }
    }
}
