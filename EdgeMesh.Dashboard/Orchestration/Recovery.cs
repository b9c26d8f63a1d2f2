using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage.Artifacts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>At start: devices are remembered, and open jobs go on. At a stop nothing ends: devices keep what they have, and the next start goes on with it.</summary>
public sealed partial class Recovery(
    DeviceStore devices, JobHistory history, ArtifactStore artifacts, OpenJobs open, JobFeed jobs, FleetFeed fleet, IGrainFactory grains, Steadiness steady, ILogger<Recovery> logger) : SteadyService(steady)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the history and the fleet are as they should be.</summary>
    public Task Ready => _ready.Task;

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        await devices.LoadAsync();
        foreach (var job in await history.UnfinishedAsync())
        {
            await TryAsync(job, g => g.ResumeAsync());
        }

        artifacts.Sweep(await history.IdsAsync());
        _ready.TrySetResult();
        try
        {
            await FollowFleetAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task FollowFleetAsync(CancellationToken cancellationToken)
    {
        await using var changes = fleet.Subscribe();
        await foreach (var _ in changes.Changes(cancellationToken))
        {
            // A job with a plan looks for itself.
            foreach (var job in open.All.Where(j => jobs.Find(j) is not { Plan: not null }))
            {
                await TryAsync(job, g => g.FleetChangedAsync());
            }
        }
    }

    // One job that cannot be read or stored must not keep the others, or the dashboard, from going on.
    private async Task TryAsync(JobId job, Func<IJobGrain, Task> step)
    {
        try
        {
            await step(grains.GetGrain<IJobGrain>(job.Value));
        }
        catch (Exception e)
        {
            LogFailed(logger, job, e.Message);
        }
    }

    [LoggerMessage(3201, LogLevel.Warning, "Job {Job} could not go on: {Reason}")]
    private static partial void LogFailed(ILogger logger, JobId job, string reason);
}
