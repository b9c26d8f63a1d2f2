using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>
/// Follows the jobs at the service for everyone who looks, so that a hundred open pages cost no more than one. It asks every 2 s while something happens and up to 10 s
/// while nothing does, by lists of short forms, and never more than one question in <see cref="QaiHubOptions.GapMs"/>.
/// </summary>
public sealed partial class HubTracker(
    HubClients clients, HubBoard board, HubJobBook book, HubJobReader reader, HubFollowUps followUps, HubPace pace, TimeProvider time, ILogger<HubTracker> logger) : BackgroundService
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
    private readonly Lock _gate = new();
    private TimeSpan _wait = Quick;

    /// <summary>Something happened: ask now and often.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _wait = Quick;
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>One round: lists, then what ended, then what follows. True when something changed.</summary>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await _polling.WaitAsync(cancellationToken);
        try
        {
            await book.LoadAsync(cancellationToken);
            if (clients.Client.Client is not { } client)
            {
                return false;
            }

            var changed = await ListAsync(client, cancellationToken);
            Problem? problem = null;
            foreach (var job in book.Jobs.Where(NeedsReading).ToList())
            {
                try
                {
                    changed |= await reader.ReadAsync(client, job.Id, cancellationToken) != job;
                }
                catch (QaiHubException e) when (e.Kind is not (HubFailure.Unreachable or HubFailure.TimedOut or HubFailure.TokenRefused or HubFailure.RateLimited))
                {
                    // One answer that cannot be read must not hold up the other jobs.
                    problem ??= HubProblems.Told($"The job {job.Id} could not be read.", e);
                }
            }

            changed |= followUps.Begin(client, Wake, cancellationToken);
            board.Change(now => now with { Jobs = now.Jobs with { PolledAt = time.GetUtcNow(), Problem = problem } });
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
                await book.LoadAsync(stoppingToken);
                if (book.Jobs.Any(j => !j.IsOver) || board.SubscriberCount > 0 || board.Current.Jobs.PolledAt is null)
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
        var active = book.Jobs.Any(j => !j.IsOver && !j.IsOverdue(time.GetUtcNow()));
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
        var missing = book.Jobs.Where(j => !j.IsOver && !ids.Contains(j.Id)).Select(j => j.Id).ToHashSet();
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
            changed |= book.Find(id) is var before && await reader.ReadAsync(client, id, stop) != before;
        }

        return changed;
    }

    private async Task<HubPage<HubJobSummary>> PageAsync(IQaiHubClient client, JobQuery query, CancellationToken stop)
    {
        await pace.WaitAsync(stop);
        return await client.Jobs.ListSummariesAsync(query, stop);
    }

    private async Task<bool> TakeAsync(ImmutableArray<HubJobSummary> summaries, CancellationToken stop)
    {
        var changed = false;
        foreach (var summary in summaries)
        {
            var before = book.Find(summary.Id);
            var after = FromHub.With(before, summary, time.GetUtcNow());
            if (before is null || before.State != after.State || before.Name != after.Name)
            {
                await book.ChangeAsync(summary.Id, known => FromHub.With(known, summary, time.GetUtcNow()), stop);
                changed = true;
            }
        }

        return changed;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 540, Level = LogLevel.Error, Message = "A round of the QAI Hub tracker failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
