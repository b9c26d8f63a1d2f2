using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage.Artifacts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Keeps the history within <see cref="OrchestratorOptions.MaxStoredJobs"/>: the oldest ended jobs go, with their files, as many as there are too many.</summary>
public sealed partial class HistoryQuota(
    JobHistory history, ArtifactStore artifacts, JobFeed feed, OrchestratorOptions options, TimeProvider time, Steadiness steady, ILogger<HistoryQuota> logger) : SteadyService(steady)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // Jobs are stored between two transactions.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Removes what is too much now; the number of jobs removed.</summary>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        while (await history.EndedBeyondAsync(options.MaxStoredJobs, cancellationToken) is { IsEmpty: false } old)
        {
            await history.DeleteAsync(old, cancellationToken);
            foreach (var id in old)
            {
                artifacts.Remove(id);
            }

            removed += old.Length;
            await Task.Delay(Pause, time, cancellationToken);
        }

        if (removed > 0)
        {
            feed.Deleted();
            LogRemoved(logger, removed, options.MaxStoredJobs);
        }

        return removed;
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ApplyAsync(stoppingToken);
        }
    }

    [LoggerMessage(3301, LogLevel.Information, "{Count} old jobs were removed: the history keeps {Limit} ended jobs (EdgeMesh:Orchestrator:MaxStoredJobs).")]
    private static partial void LogRemoved(ILogger logger, int count, int limit);
}
