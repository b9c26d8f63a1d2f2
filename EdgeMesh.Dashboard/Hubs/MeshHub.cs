using System.Runtime.CompilerServices;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.AspNetCore.SignalR;

namespace EdgeMesh.Dashboard.Hubs;

/// <summary><c>/hubs/mesh</c>: live streams for programs. Each begins with a snapshot; then come batches, at most about ten a second.</summary>
internal sealed class MeshHub(IFleet fleet, IJobs jobs, TimeProvider time) : Hub
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    /// <summary>The fleet and its changes, until the caller stops.</summary>
    public async IAsyncEnumerable<FleetMessage> WatchFleet([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var live = fleet.Subscribe();
        var delta = new FleetDelta();
        await foreach (var message in Messages(live, delta.Next, cancellationToken))
        {
            yield return message;
        }
    }

    /// <summary>A job and its changes, until it has ended.</summary>
    public async IAsyncEnumerable<JobMessage> WatchJob(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watched = JobId.TryParse(id, out var job) ? await jobs.WatchAsync(job, cancellationToken) : null;
        await using var live = watched ?? throw new HubException($"No job has the id \"{id}\".");
        var delta = new JobDelta();
        await foreach (var message in Messages(live, delta.Next, cancellationToken))
        {
            yield return message;
        }
    }

    // What comes while it waits is conflated by the source: the next message has the newest of it.
    private async IAsyncEnumerable<TMessage> Messages<T, TMessage>(
        ILiveSubscription<T> live, Func<T, TMessage?> next, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TMessage : class
    {
        if (next(live.Snapshot) is { } first)
        {
            yield return first;
        }

        await foreach (var value in live.Changes(cancellationToken))
        {
            if (next(value) is { } message)
            {
                yield return message;
                await Task.Delay(Between, time, cancellationToken);
            }
        }
    }
}
