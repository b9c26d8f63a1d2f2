using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage;
using System.Text.Json;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Walks the way of a job once at start, so that the first real one finds it warm: plan, events, journal (rolled back), device, task.
/// Nothing of it is stored, learned or shown.
/// </summary>
public sealed class Rehearsal(
    DashboardOptions options, FleetFeed fleet, IFleet mesh, IDeviceLinks links, AttemptRunner runner, Journal journal, IGrainFactory grains, TimeProvider time)
    : BackgroundService, IReadinessCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private volatile bool _over;

    public string Name => "rehearsal";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(_over || !options.EmbeddedDevice ? null : "The way of a job is being walked once.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
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
        catch (Exception e) when (e is OperationCanceledException or JournalException)
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
        // An echo needs no runtime that may still start; a summary is planned only for its code.
        var context = new PlanContext(time.GetUtcNow(), link.Device);
        var request = new JobRequest(JobKind.Echo, "rehearsal", JobPolicy.ForceDevice, link.Device, null, null, new EchoOptions(1));
        PlanningPipeline.Plan(request with { Kind = JobKind.Summarize, Options = new SummarizeOptions(5) }, fleet.Current, context);
        if (PlanningPipeline.Plan(request, fleet.Current, context) is not { Plan: { } plan, Predicted: { } predicted, Devices: var verdicts })
        {
            return;
        }

        var now = time.GetUtcNow();
        var id = JobId.New(now);
        var placed = plan.Placements[0];
        var order = new AttemptOrder(new AttemptId(id, plan.Tasks[0].Id, 1), request.Kind, request.Text, plan.Tasks[0], placed, request.Text, now);
        ImmutableArray<JobEvent> events =
        [
            new JobSubmitted(now, id, request, request.Text, null),
            new PlanMade(now, plan, verdicts, predicted),
            new AttemptPlaced(now, plan.Tasks[0].Id, 1, placed.Device, placed.DeviceName, placed.RuntimeId, placed.ModelId, placed.Predicted, placed.Reason),
        ];
        var view = JobReducer.Fold(events)!;
        JsonSerializer.Deserialize<ImmutableArray<JobEvent>>(JsonSerializer.SerializeToUtf8Bytes(events, CoreJson.Options), CoreJson.Options);
        await journal.RehearseAsync(view, events).WaitAsync(cancellationToken);
        var device = grains.GetGrain<IDeviceGrain>(link.Device.Value);
        await device.RunAsync([]).WaitAsync(cancellationToken);

        // Neither the job's grain nor the device's knows the attempt, so what it reports falls away.
        await runner.RunAsync(device, link, order, placed.DeviceName).WaitAsync(cancellationToken);
    }
}
