namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Keeps the history within <see cref="OrchestratorOptions.MaxStoredJobs"/>: the oldest ended jobs go, with their files.</summary>
public sealed partial class HistoryQuota(JobHistory history, IJobs jobs, OrchestratorOptions options, TimeProvider time, ILogger<HistoryQuota> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <summary>Removes what is too much now; the number of jobs removed.</summary>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var old = await history.EndedBeyondAsync(options.MaxStoredJobs, cancellationToken);
        foreach (var id in old)
        {
            await jobs.DeleteAsync(id, cancellationToken);
        }

        if (old.Length > 0)
        {
            LogRemoved(logger, old.Length, options.MaxStoredJobs);
        }

        return old.Length;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryApplyAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task TryApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ApplyAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, e.Message);
        }
    }

    [LoggerMessage(3301, LogLevel.Information, "{Count} old jobs were removed: the history keeps {Limit} ended jobs (EdgeMesh:Orchestrator:MaxStoredJobs).")]
    private static partial void LogRemoved(ILogger logger, int count, int limit);

    [LoggerMessage(3302, LogLevel.Warning, "Old jobs could not be removed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
