using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Attention;

/// <summary>Notices that a dismissed trouble is over, also while nobody looks, so that it is told when it comes anew.</summary>
public sealed class AttentionWatch(IFleet fleet, IDismissals dismissals, TimeProvider time, Steadiness steady) : SteadyService(steady)
{
    /// <summary>After a start the devices have to come back first before a trouble can be called gone.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Patience, time, stoppingToken);
        await using var subscription = fleet.Subscribe();
        Look(subscription.Snapshot);
        await foreach (var snapshot in subscription.Changes(stoppingToken))
        {
            Look(snapshot);
            await Task.Delay(Pace, time, stoppingToken);
        }
    }

    private void Look(FleetSnapshot snapshot)
    {
        if (!dismissals.Current.IsEmpty)
        {
            dismissals.KeepOnly(Trouble.Of(snapshot).Select(t => t.Key).ToHashSet(StringComparer.Ordinal));
        }
    }
}
