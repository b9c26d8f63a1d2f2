using System.Collections.Concurrent;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>
/// Follows the jobs at the service for everyone who looks, so that a hundred open pages cost no more than one. It asks every 2 s while something happens and up to 10 s
/// while nothing does, by lists of short forms, and never more than one question in <see cref="QaiHubOptions.GapMs"/>.
/// </summary>
public sealed partial class HubTracker(
    HubClients clients, HubBoard board, HubJobStore store, HubReader catalogue, IProfiledLatencies latencies, QaiHubOptions options, TimeProvider time, ILogger<HubTracker> logger) : BackgroundService
{
    /// <summary>Short forms of one question.</summary>
    public const int PageSize = 200;

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);
    private static readonly ImmutableArray<JobState> Running =
        [JobState.Created, JobState.OptimizingModel, JobState.ProvisioningDevice, JobState.MeasuringPerformance, JobState.RunningInference, JobState.QuantizingModel, JobState.LinkingModels];

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly SemaphoreSlim _polling = new(1);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<string, bool> _following = new();
    private readonly HubPace _pace = new(TimeSpan.FromMilliseconds(options.GapMs), time);
    private string? _loaded;
    private TimeSpan _wait = Quick;

    /// <summary>Something happened: ask now and often.</summary>
    public void Wake()
    {
        _wait = Quick;
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    /// <summary>Changes what is known of a job: stored first, then told. Poll, pages and downloads all come through here, so none undoes another's change.</summary>
    /// <param name="change">Gets what is known now, null when nothing is; null leaves it.</param>
    /// <returns>What is known afterwards.</returns>
    public async Task<TrackedJob?> ChangeAsync(string id, Func<TrackedJob?, TrackedJob?> change, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var before = board.Current.Jobs.Find(id);
            if (change(before) is not { } after || after == before)
            {
                return before;
            }

            await store.SaveAsync(clients.Key, after, cancellationToken);
            board.Put(after);
            return after;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Jobs of the service in use; those of another one are put away.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded == clients.Key)
        {
            return;
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            var key = clients.Key;
            if (_loaded != key)
            {
                var jobs = await store.LoadAsync(key, cancellationToken);
                board.Change(now => now with { Jobs = new HubJobList(jobs, null, null) });
                _loaded = key;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>One round: lists, then what ended, then what follows. True when something changed.</summary>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await _polling.WaitAsync(cancellationToken);
        try
        {
            await LoadAsync(cancellationToken);
            if (clients.Client.Client is not { } client)
            {
                return false;
            }

            var changed = await ListAsync(client, cancellationToken);
            foreach (var job in board.Current.Jobs.Items.Where(NeedsReading).ToList())
            {
                changed |= await ReadAsync(client, job.Id, cancellationToken) != job;
            }

            foreach (var job in board.Current.Jobs.Items.Where(j => j is { State: HubJobState.Done, Then.JobId: null, Trouble: null, TargetModelId: not null } && _following.TryAdd(j.Id, true)).ToList())
            {
                // Apart: when the service has too many jobs, the client waits for minutes.
                _ = FollowAsync(client, job, cancellationToken);
                changed = true;
            }

            board.Change(now => now with { Jobs = now.Jobs with { PolledAt = time.GetUtcNow(), Problem = null } });
            return changed;
        }
        catch (QaiHubException e)
        {
            board.Change(now => now with { Jobs = now.Jobs with { Problem = HubProblems.Told("The jobs could not be read.", e) } });
            return false;
        }
        finally
        {
            _polling.Release();
        }
    }

    /// <summary>Everything about one job, and its figures when it measured some; what is known afterwards.</summary>
    public async Task<TrackedJob?> ReadAsync(IQaiHubClient client, string id, CancellationToken cancellationToken)
    {
        HubJob read;
        try
        {
            await _pace.WaitAsync(cancellationToken);
            read = await client.Jobs.GetAsync(id, cancellationToken);
        }
        catch (QaiHubException e) when (e.Kind == HubFailure.NotFound && board.Current.Jobs.Find(id) is not null)
        {
            var gone = HubProblems.Told("The service does not know this job any more.", e);
            return await ChangeAsync(id, before => before! with { State = HubJobState.Failed, FinishedAt = time.GetUtcNow(), IsFull = true, Trouble = gone }, cancellationToken);
        }

        byte[]? result = null;
        if (read is { Type: JobType.Profile, State: JobState.Done } && board.Current.Jobs.Find(id)?.Result is null)
        {
            await _pace.WaitAsync(cancellationToken);
            result = (await client.Jobs.GetResultAsync(id, cancellationToken)).ToByteArray();
        }

        var job = await ChangeAsync(
            id,
            before => FromHub.With(before, read, time.GetUtcNow()) is var now && now.Kind == HubJobKind.Profile ? now with { Result = before?.Result ?? result, Runtime = now.Runtime ?? RuntimeOf(now) } : now,
            cancellationToken);
        if (result is not null && job is not null)
        {
            await RecordAsync(job, cancellationToken);
        }

        return job;
    }

    public override void Dispose()
    {
        _wake.Dispose();
        _polling.Dispose();
        _writing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LoadAsync(stoppingToken);
                if (board.Current.Jobs.Items.Any(j => !j.IsOver) || board.SubscriberCount > 0 || board.Current.Jobs.PolledAt is null)
                {
                    _wait = await PollAsync(stoppingToken) ? Quick : Min(_wait * 1.5, Slow);
                }

                await RestAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One bad round must not end the tracker.
                Log.Failed(logger, e);
                await Task.Delay(Slow, time, stoppingToken);
            }
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // What ended under our eyes or is ours; the outcome of older jobs is read when someone opens them.
    private static bool NeedsReading(TrackedJob job) =>
        job.IsOver && (job.Here || job.WasSeenRunning) && job.Trouble is null && (!job.IsFull || job is { State: HubJobState.Done, Kind: HubJobKind.Profile, Result: null });

    private async Task RestAsync(CancellationToken stop)
    {
        var active = board.Current.Jobs.Items.Any(j => !j.IsOver && !j.IsOverdue(time.GetUtcNow()));
        var rest = active ? _wait : board.SubscriberCount > 0 ? Slow : Quiet;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var slept = Task.Delay(rest, time, either.Token);
        var woken = _wake.WaitAsync(either.Token);
        await Task.WhenAny(slept, woken);
        await either.CancelAsync();
        await Task.WhenAll(slept, woken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    private async Task<bool> ListAsync(IQaiHubClient client, CancellationToken stop)
    {
        // The newest ones tell of jobs made elsewhere, and what ended; the running ones are asked for apart when there are more.
        var seen = await PageAsync(client, new JobQuery(0, PageSize), stop);
        var changed = await TakeAsync(seen.Items, stop);
        var ids = seen.Items.Select(s => s.Id).ToHashSet();
        var missing = board.Current.Jobs.Items.Where(j => !j.IsOver && !ids.Contains(j.Id)).Select(j => j.Id).ToHashSet();
        for (var offset = 0; missing.Count > 0; offset += PageSize)
        {
            var page = await PageAsync(client, new JobQuery(offset, PageSize, States: Running), stop);
            changed |= await TakeAsync(page.Items, stop);
            missing.ExceptWith(page.Items.Select(s => s.Id));
            if (page.Items.Length < PageSize)
            {
                break;
            }
        }

        // Neither among the newest nor running: it ended since.
        foreach (var id in missing)
        {
            changed |= board.Current.Jobs.Find(id) is var before && await ReadAsync(client, id, stop) != before;
        }

        return changed;
    }

    private async Task<HubPage<HubJobSummary>> PageAsync(IQaiHubClient client, JobQuery query, CancellationToken stop)
    {
        await _pace.WaitAsync(stop);
        return await client.Jobs.ListSummariesAsync(query, stop);
    }

    private async Task<bool> TakeAsync(ImmutableArray<HubJobSummary> summaries, CancellationToken stop)
    {
        var changed = false;
        foreach (var summary in summaries)
        {
            var before = board.Current.Jobs.Find(summary.Id);
            var after = FromHub.With(before, summary, time.GetUtcNow());
            if (before is null || before.State != after.State || before.Name != after.Name)
            {
                await ChangeAsync(summary.Id, known => FromHub.With(known, summary, time.GetUtcNow()), stop);
                changed = true;
            }
        }

        return changed;
    }

    private async Task RecordAsync(TrackedJob job, CancellationToken stop)
    {
        var device = (await catalogue.GetAsync(now: false, stop)).Find(job.Device, job.Os);
        if (FromHub.Latency(job, device, await clients.IsEmulatedAsync(stop)) is { } latency)
        {
            await latencies.RecordAsync(latency, stop);
        }
    }

    private async Task FollowAsync(IQaiHubClient client, TrackedJob job, CancellationToken stop)
    {
        try
        {
            var id = await SubmittedAsync(client, job, stop);
            if (id is null)
            {
                var device = (await catalogue.GetAsync(now: false, stop)).Find(job.Device, job.Os)
                    ?? throw new QaiHubException(HubFailure.DeviceNotAvailable, $"{job.Device} is not in the catalogue any more.", "Choose another device.");
                await _pace.WaitAsync(stop);
                id = await client.Jobs.CreateAsync(new ProfileRequest(job.TargetModelId!, device, job.Name, job.Then!.Options), stop);
            }

            // From here on it is stored whatever happens: the job is at the service.
            var now = time.GetUtcNow();
            await ChangeAsync(
                id,
                before => (before ?? new TrackedJob(id, HubJobKind.Profile, HubJobState.Created, now) { Name = job.Name, Device = job.Device, Os = job.Os, Steps = [new HubStep(HubJobState.Created, now)] })
                    with { ParentId = job.Id, Here = true, ModelId = job.TargetModelId!, ModelName = job.ModelName, Runtime = job.Runtime, Options = job.Then!.Options },
                CancellationToken.None);
            await ChangeAsync(job.Id, before => before! with { Then = job.Then! with { JobId = id } }, CancellationToken.None);
            Wake();
        }
        catch (QaiHubException e) when (e.Kind is not (HubFailure.Unreachable or HubFailure.TimedOut or HubFailure.RateLimited or HubFailure.ServiceFailed or HubFailure.TokenRefused))
        {
            // It will not get better by asking again; a person can submit another one.
            await ChangeAsync(job.Id, before => before! with { Trouble = HubProblems.Told("The profile job that should follow was not taken.", e) }, CancellationToken.None);
        }
        catch (Exception e) when (e is QaiHubException or OperationCanceledException)
        {
            // The next round tries again; after a stop the next start.
            Log.Later(logger, job.Id, e.Message);
        }
        finally
        {
            _following.TryRemove(job.Id, out _);
        }
    }

    /// <summary>The profile job of this very model when the dashboard was stopped between submitting and storing it: the list, read a moment ago, has it then.</summary>
    private async Task<string?> SubmittedAsync(IQaiHubClient client, TrackedJob job, CancellationToken stop)
    {
        foreach (var candidate in board.Current.Jobs.Items.Where(j => j is { Kind: HubJobKind.Profile, ParentId: null, Here: false } && j.Name == job.Name && j.Device == job.Device && j.CreatedAt >= job.CreatedAt))
        {
            await _pace.WaitAsync(stop);
            if ((await client.Jobs.GetAsync(candidate.Id, stop)).Model?.Id == job.TargetModelId)
            {
                return candidate.Id;
            }
        }

        return null;
    }

    private string? RuntimeOf(TrackedJob profile) => board.Current.Jobs.Items.FirstOrDefault(j => j.TargetModelId == profile.ModelId)?.Runtime;

    private static partial class Log
    {
        [LoggerMessage(EventId = 541, Level = LogLevel.Information, Message = "The profile job after {Job} could not be submitted yet: {Cause}")]
        public static partial void Later(ILogger logger, string job, string cause);

        [LoggerMessage(EventId = 540, Level = LogLevel.Error, Message = "A round of the QAI Hub tracker failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
