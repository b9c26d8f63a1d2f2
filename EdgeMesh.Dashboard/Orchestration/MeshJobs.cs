using System.Runtime.CompilerServices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Live;
using EdgeMesh.Dashboard.Storage;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Jobs for pages, API and hub.</summary>
public sealed class MeshJobs(
    IGrainFactory grains, JobFeed feed, Journal journal, JobHistory history, IFleet fleet, OpenJobs open, JobLimits limits, DashboardOptions options, TimeProvider time) : IJobs
{
    public int SubscriberCount => feed.SubscriberCount;

    public PlanResult Preview(JobRequest request) => PlanningPipeline.Plan(request, fleet.Current, new PlanContext(time.GetUtcNow(), fleet.LocalDevice));

    public Task<SubmitOutcome> SubmitAsync(JobRequest request, CancellationToken cancellationToken) => SubmitAsync(request, null);

    public async Task<SubmitOutcome> RerunAsync(JobId id, CancellationToken cancellationToken) => await GetAsync(id, cancellationToken) is { } job
        ? await SubmitAsync(job.Request, id)
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
        if (await GetAsync(id, cancellationToken) is not { } job)
        {
            return Unknown(id);
        }

        return !job.IsFinished && await grains.GetGrain<IJobGrain>(id.Value).CancelAsync(by)
            ? null
            : new Problem("job_finished", "The job has ended.", $"Job {id.Short} ended as {job.State}.", "Run it again if you need it.");
    }

    public async Task<Problem?> DeleteAsync(JobId id, CancellationToken cancellationToken)
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
        var artifacts = Path.Combine(options.ArtifactsPath, id.Value);
        if (Directory.Exists(artifacts))
        {
            Directory.Delete(artifacts, recursive: true);
        }

        feed.Deleted();
        return null;
    }

    public Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) => history.ListAsync(query, cancellationToken);

    public Task<ImmutableDictionary<JobState, int>> CountAsync(JobQuery query, CancellationToken cancellationToken) => history.CountAsync(query, cancellationToken);

    public ILiveSubscription<long> SubscribeToHistory() => feed.SubscribeToHistory();

    public Task<Stream?> OpenArtifactAsync(JobId id, string name, CancellationToken cancellationToken)
    {
        // A name is one plain file name inside the job's own directory; an id is base32 and cannot leave it.
        var plain = name.Length is > 0 and <= 128 && name == Path.GetFileName(name) && name is not ("." or "..") && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;
        var path = Path.Combine(options.ArtifactsPath, id.Value, name);
        return Task.FromResult<Stream?>(plain && File.Exists(path) ? File.OpenRead(path) : null);
    }

    private static Problem Unknown(JobId id) => new("job_unknown", "There is no such job.", $"No job with the id {id} is in the history.", "GET /api/jobs lists them.");

    private async Task<SubmitOutcome> SubmitAsync(JobRequest request, JobId? rerunOf)
    {
        var invalid = JobRequestValidator.Validate(request, limits);
        if (!invalid.IsEmpty)
        {
            return new SubmitOutcome(null, invalid, null);
        }

        var plan = Preview(request);
        if (plan.Refusal is { } refusal)
        {
            return new SubmitOutcome(null, [], new Refusal(refusal, plan.Devices, null));
        }

        var id = JobId.New(time.GetUtcNow());
        if (!open.TryBegin(id))
        {
            return new SubmitOutcome(null, [], new Refusal(
                new Problem("queue_full", "The queue is full.", "As many jobs as this dashboard takes have not ended yet.", "Try again in a moment."), [], TimeSpan.FromSeconds(2)));
        }

        try
        {
            await grains.GetGrain<IJobGrain>(id.Value).SubmitAsync(request, plan, rerunOf);
            return new SubmitOutcome(id, [], null);
        }
        catch (JournalException e)
        {
            open.Ended(id);
            return new SubmitOutcome(null, [], new Refusal(
                new Problem("storage_failed", "The job could not be stored.", e.Message, "Free space in the dashboard's data directory, then try again."), [], TimeSpan.FromSeconds(5)));
        }
    }

    // Listens first and reads the journal second, so nothing falls between; what comes twice is told once.
    private async IAsyncEnumerable<SequencedEvent> StreamAsync(JobId id, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var live = feed.Listen(id, listening.Token);
        try
        {
            foreach (var stored in await journal.ReadAsync(id, after, cancellationToken))
            {
                after = stored.Sequence;
                yield return stored;
            }

            if (live is null)
            {
                yield break;
            }

            await foreach (var change in live.ReadAllAsync(cancellationToken))
            {
                if (change.Sequence > after)
                {
                    after = change.Sequence;
                    yield return change;
                }
            }
        }
        finally
        {
            await listening.CancelAsync();
        }
    }
}
