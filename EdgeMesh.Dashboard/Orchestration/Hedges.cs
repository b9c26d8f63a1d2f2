using EdgeMesh.Core.Scheduling;
using EdgeMesh.Dashboard.Health;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Looks every second for attempts that run far longer than predicted, and has those started a second time that a free device is likely to end sooner. The one writer of the budget for that;
/// where and whether is decided on snapshots (<see cref="Hedging"/>), and each job has the last word on its own.
/// </summary>
public sealed partial class Hedges(
    OpenJobs open, JobFeed jobs, PlacedWork placed, PlanContexts contexts, IGrainFactory grains, OrchestratorOptions options, TimeProvider time, Steadiness steady, ILogger<Hedges> logger) : SteadyService(steady)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _one = new(1);
    private HedgeBudget _budget = HedgeBudget.Of(options.HedgedShare);
    private long _began;

    /// <summary>Looks once; the number of second attempts that were started.</summary>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var began = jobs.Began;
            (_budget, _began) = (_budget.After(began - _began), began);
            var hedged = 0;
            foreach (var view in open.All.Select(jobs.Find).OfType<JobView>())
            {
                hedged += await LookAsync(view);
            }

            return hedged;
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (options.HedgedShare <= 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync(stoppingToken);
        }
    }

    private async Task<int> LookAsync(JobView view)
    {
        var hedged = 0;
        foreach (var task in Hedging.Eligible(view))
        {
            AttemptId first = new(view.Id, task.Id, task.Current!.Number);
            if (!_budget.Allows || jobs.Pulse(first, time.GetUtcNow()) is not { } pulse || !Hedging.IsLate(task.Current.Predicted, pulse.ElapsedMs)
                || Hedging.Decide(view, task, pulse.ElapsedMs, pulse.Progress, placed.Current, contexts.Now(view.Caller)) is not { } placement)
            {
                continue;
            }

            // Spent first: one of which nobody knows whether it was started counts.
            var before = _budget;
            _budget = _budget.Spend();
            if (await grains.GetGrain<IJobGrain>(view.Id.Value).HedgeAsync(first, placement))
            {
                hedged++;
                LogHedged(logger, view.Id, task.Current.DeviceName, placement.DeviceName);
            }
            else
            {
                _budget = before;
            }
        }

        return hedged;
    }

    [LoggerMessage(3501, LogLevel.Information, "Job {Job} takes longer on {First} than predicted: {Second} was asked as well.")]
    private static partial void LogHedged(ILogger logger, JobId job, string first, string second);
}
