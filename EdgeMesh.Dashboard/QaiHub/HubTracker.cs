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

    /// <summary>Takes a job that was just submitted or read.</summary>
    public async Task KeepAsync(TrackedJob job, CancellationToken cancellationToken)
    {
        await store.SaveAsync(clients.Key, job, cancellationToken);
        board.Put(job);
    }

    /// <summary>Jobs of the service in use; those of another one are put away.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var key = clients.Key;
        if (_loaded != key)
        {
            var jobs = await store.LoadAsync(key, cancellationToken);
            board.Change(now => now with { Jobs = new HubJobList(jobs, null, null) });
            _loaded = key;
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
                changed |= await ReadAsync(client, job.Id, cancellationToken) is not null;
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

    /// <summary>Everything about one job, and its figures when it measured some.</summary>
    public async Task<TrackedJob?> ReadAsync(IQaiHubClient client, string id, CancellationToken cancellationToken)
    {
        var before = board.Current.Jobs.Find(id);
        await _pace.WaitAsync(cancellationToken);
        var now = time.GetUtcNow();
        TrackedJob job;
        try
        {
            job = FromHub.With(before, await client.Jobs.GetAsync(id, cancellationToken), now);
        }
        catch (QaiHubException e) when (before is not null && e.Kind == HubFailure.NotFound)
        {
            job = before with { State = HubJobState.Failed, FinishedAt = now, IsFull = true, Trouble = HubProblems.Told("The service does not know this job any more.", e) };
        }

        if (job is { Kind: HubJobKind.Profile, State: HubJobState.Done, Result: null })
        {
            await _pace.WaitAsync(cancellationToken);
            job = job with { Result = (await client.Jobs.GetResultAsync(id, cancellationToken)).ToByteArray(), Runtime = job.Runtime ?? RuntimeOf(job) };
            var device = board.Current.Catalogue.Find(job.Device, job.Os) ?? (await catalogue.GetAsync(now: false, cancellationToken)).Find(job.Device, job.Os);
            if (FromHub.Latency(job, device, clients.IsEmulated) is { } latency)
            {
                await latencies.RecordAsync(latency, cancellationToken);
            }
        }

        if (job == before)
        {
            return null;
        }

        await KeepAsync(job, cancellationToken);
        return job;
    }

    public override void Dispose()
    {
        _wake.Dispose();
        _polling.Dispose();
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
            changed |= await ReadAsync(client, id, stop) is not null;
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
                await KeepAsync(after, stop);
                changed = true;
            }
        }

        return changed;
    }

    private async Task FollowAsync(IQaiHubClient client, TrackedJob job, CancellationToken stop)
    {
        // The dashboard may have been stopped between submitting and storing: the list, read a moment ago, has it then.
        var name = job.Name;
        var there = board.Current.Jobs.Items.FirstOrDefault(j => j is { Kind: HubJobKind.Profile, ParentId: null, Here: false } && j.Name == name && j.Device == job.Device && j.CreatedAt >= job.FinishedAt);
        try
        {
            var id = there?.Id;
            if (id is null)
            {
                var device = (await catalogue.GetAsync(now: false, stop)).Find(job.Device, job.Os) ?? throw new QaiHubException(HubFailure.DeviceNotAvailable, $"{job.Device} is not in the catalogue any more.", "Choose another device.");
                await _pace.WaitAsync(stop);
                id = await client.Jobs.CreateAsync(new ProfileRequest(job.TargetModelId!, device, name, job.Then!.Options), stop);
            }

            var now = time.GetUtcNow();
            var profile = (there ?? new TrackedJob(id, HubJobKind.Profile, HubJobState.Created, now) { Name = name, Device = job.Device, Os = job.Os, Steps = [new HubStep(HubJobState.Created, now)] })
                with { ParentId = job.Id, Here = true, ModelId = job.TargetModelId!, ModelName = job.ModelName, Runtime = job.Runtime, Options = job.Then!.Options };
            await KeepAsync(profile, stop);
            await KeepAsync(job with { Then = job.Then with { JobId = id } }, stop);
            Wake();
        }
        catch (QaiHubException e) when (e.Kind is not (HubFailure.Unreachable or HubFailure.TimedOut or HubFailure.RateLimited or HubFailure.ServiceFailed or HubFailure.TokenRefused))
        {
            // It will not get better by asking again; a person can submit another one.
            await KeepAsync(job with { Trouble = HubProblems.Told("The profile job that should follow was not taken.", e) }, stop);
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

    private string? RuntimeOf(TrackedJob profile) => board.Current.Jobs.Items.FirstOrDefault(j => j.TargetModelId == profile.ModelId)?.Runtime;

    private static partial class Log
    {
        [LoggerMessage(EventId = 541, Level = LogLevel.Information, Message = "The profile job after {Job} could not be submitted yet: {Cause}")]
        public static partial void Later(ILogger logger, string job, string cause);

        [LoggerMessage(EventId = 540, Level = LogLevel.Error, Message = "A round of the QAI Hub tracker failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
