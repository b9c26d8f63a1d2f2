using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Walks the way of a job a few times at start, so that the first real one finds it warm: plan, events, journal (rolled back), device, task.
/// Nothing of it is stored, learned or shown.
/// </summary>
public sealed class Rehearsal(
    DashboardOptions options, FleetFeed fleet, IFleet mesh, PlanContexts contexts, IDeviceLinks links, IGrainFactory grains, TimeProvider time, Steadiness steady) : SteadyService(steady), IReadinessCheck
{
    private const string Text = "Every job goes one way. A plan says where its tasks run. The journal keeps what happens to them. The device runs them and tells.";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private volatile bool _over;

    public string Name => "rehearsal";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(_over || !options.EmbeddedDevice ? null : "The way of a job is being walked.");

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!options.EmbeddedDevice)
        {
            return;
        }

        try
        {
            var link = await LinkAsync(stoppingToken);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            limit.CancelAfter(Longest);
            await WalkAsync(link, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or JournalException or Orleans.Runtime.OrleansException)
        {
            // A cold first job is slower, no more.
        }
        finally
        {
            _over = true;
        }
    }

    private async Task<IDeviceLink> LinkAsync(CancellationToken cancellationToken)
    {
        await using var changes = fleet.Subscribe();
        await foreach (var _ in changes.Changes(cancellationToken))
        {
            if (mesh.LocalDevice is { } id && links.Find(id) is { } link)
            {
                return link;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task WalkAsync(IDeviceLink link, CancellationToken cancellationToken)
    {
        // An echo needs no runtime that may still start; then the commonest job, as soon as the summariser is ready.
        var echo = new JobRequest(JobKind.Echo, "rehearsal", JobPolicy.ForceDevice, link.Device, null, null, new EchoOptions(1));
        var summary = echo with { Kind = JobKind.Summarize, Text = Text, Options = new SummarizeOptions(2) };
        await RunAsync(echo, link, cancellationToken);
        await RunAsync(summary, link, cancellationToken);
        await RunAsync(summary, link, cancellationToken);
    }

    private async Task RunAsync(JobRequest request, IDeviceLink link, CancellationToken cancellationToken)
    {
        PlanResult plan;
        while ((plan = PlanningPipeline.Plan(request, fleet.Current, contexts.Now(""))).MayWait)
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        if (plan.Plan is null)
        {
            return;
        }

        var job = grains.GetGrain<IJobGrain>(JobId.New(time.GetUtcNow()).Value);
        await job.RehearseAsync(request, plan).WaitAsync(cancellationToken);
        while (!await job.IsOverAsync().WaitAsync(cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
