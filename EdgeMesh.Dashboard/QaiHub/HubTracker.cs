using EdgeMesh.Dashboard.Health;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>
/// Follows the account's jobs at the service for everyone who looks, so that a hundred open pages cost no more than one. It asks every 2 s while something happens and up to 10 s
/// while nothing does, by lists of short forms, and never more than one question in <see cref="QaiHubOptions.GapMs"/>. What was submitted here comes before what was made elsewhere.
/// </summary>
public sealed partial class HubTracker(
    HubClients clients, HubBoard board, HubJobBook book, HubJobLists lists, HubJobReader reader, HubFollowUps followUps, HubPace pace, TimeProvider time, Steadiness steady, ILogger<HubTracker> logger) : SteadyService(steady)
{
    /// <summary>Jobs that one round reads in full; then the lists come again, so that hundreds that end at once delay nothing.</summary>
    private const int MaxReads = 10;

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FreshEnough = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly SemaphoreSlim _polling = new(1);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _unreadable = [];
    private TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _wait = Quick;
    private volatile bool _asked;
    private volatile bool _more;

    /// <summary>Something happened: ask now and often.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            (_asked, _wait) = (true, Quick);
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Waits a moment for a round when the last one is not of just now; a service that is slow keeps nobody waiting long.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - board.Current.Jobs.PolledAt < FreshEnough)
        {
            return;
        }

        Task round;
        lock (_gate)
        {
            round = _round.Task;
        }

        Wake();
        try
        {
            await round.WaitAsync(LongestRefresh, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What is known is told; the round goes on.
        }
    }

    /// <summary>One round: lists, then what ended, then what follows. True when something changed.</summary>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await _polling.WaitAsync(cancellationToken);
        try
        {
            _more = false;
            await book.LoadAsync(cancellationToken);
            if (clients.Client.Client is not { } client)
            {
                return false;
            }

            if (!clients.IsAccountKnown)
            {
                await pace.WaitAsync(cancellationToken);
            }

            var account = await clients.AccountAsync(cancellationToken);
            // The account may just have become known, and its jobs are its own.
            await book.LoadAsync(cancellationToken);
            var changed = await lists.ReadAsync(client, account, cancellationToken);
            changed |= followUps.Begin(client, Wake, cancellationToken);
            var (read, problem) = await ReadEndedAsync(client, cancellationToken);
            board.Change(now => now with { Jobs = now.Jobs with { PolledAt = time.GetUtcNow(), Problem = problem } });
            return changed | read;
        }
        catch (QaiHubException e)
        {
            clients.Missed(e);
            board.Change(now => now with { Jobs = now.Jobs with { Problem = HubProblems.Told("The jobs could not be read.", e) } });
            return false;
        }
        finally
        {
            _polling.Release();
            lock (_gate)
            {
                _round.TrySetResult();
                _round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public override void Dispose()
    {
        _wake.Dispose();
        _polling.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await book.LoadAsync(stoppingToken);
                if (_asked || _more || book.Jobs.Any(j => j is { IsOver: false, IsAtService: true }) || board.SubscriberCount > 0 || board.Current.Jobs.PolledAt is null)
                {
                    _asked = false;
                    _wait = await PollAsync(stoppingToken) ? Quick : Min(_wait * 1.5, Slow);
                }

                if (!_more)
                {
                    await RestAsync(stoppingToken);
                }
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
        job is { IsOver: true, IsAtService: true, IsOfOther: false, Trouble: null } && (job.Here || job.WasSeenRunning)
        && (!job.IsFull || job is { State: HubJobState.Done, Measures: true, Result: null });

    private async Task<(bool Changed, Problem? Problem)> ReadEndedAsync(IQaiHubClient client, CancellationToken stop)
    {
        var due = book.Jobs.Where(NeedsReading).OrderBy(j => _unreadable.Contains(j.Id)).ThenByDescending(j => j.Here).ToList();
        var (changed, problem) = (false, (Problem?)null);
        foreach (var job in due.Take(MaxReads))
        {
            try
            {
                changed |= await reader.ReadAsync(client, job.Id, stop) != job;
                _unreadable.Remove(job.Id);
                if (job.Then is not null)
                {
                    followUps.Begin(client, Wake, stop);
                }
            }
            catch (QaiHubException e) when (e.Kind is not (HubFailure.Unreachable or HubFailure.TimedOut or HubFailure.TokenRefused or HubFailure.RateLimited))
            {
                // One answer that cannot be read must not hold up the other jobs.
                _unreadable.Add(job.Id);
                problem ??= HubProblems.Told($"The job {job.Id} could not be read.", e);
            }
        }

        _more = due.Count > MaxReads;
        return (changed, problem);
    }

    private async Task RestAsync(CancellationToken stop)
    {
        var active = book.Jobs.Any(j => j is { IsOver: false, IsAtService: true } && !j.IsOverdue(time.GetUtcNow()));
        var rest = active ? _wait : board.SubscriberCount > 0 ? Slow : Quiet;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var slept = Task.Delay(rest, time, either.Token);
        var woken = _wake.WaitAsync(either.Token);
        await Task.WhenAny(slept, woken);
        await either.CancelAsync();
        await Task.WhenAll(slept, woken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 540, Level = LogLevel.Error, Message = "A round of the QAI Hub tracker failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
