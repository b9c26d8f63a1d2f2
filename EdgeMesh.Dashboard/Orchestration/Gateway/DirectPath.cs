using System.Net;
using EdgeMesh.Core.Contracts;
using Grpc.Core;
using Grpc.Net.Client;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>
/// Keeps the shorter way to a device that listens: mutual TLS straight to one of its addresses, used as long as it answers sooner than the tunnel. The
/// tunnel stays: it carries the beats, and everything again when the shorter way is gone.
/// </summary>
public sealed class DirectPath(DirectConnector connector, OrchestratorOptions options, TimeProvider time)
{
    private const int Rounds = 5;
    private static readonly TimeSpan WhileUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileDown = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Until the link is closed; never throws.</summary>
    public async Task KeepAsync(OpenLink link, ImmutableArray<IPEndPoint> addresses)
    {
        if (addresses.IsEmpty)
        {
            return;
        }

        GrpcChannel? channel = null;
        try
        {
            while (!link.Closed.IsCancellationRequested)
            {
                channel = await StepAsync(link, channel, addresses);
                await Task.Delay(channel is null ? WhileDown : WhileUp, time, link.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            link.Use(null);
            channel?.Dispose();
        }
    }

    /// <summary>Measures both ways and chooses; the channel that is open afterwards, or null.</summary>
    private async Task<GrpcChannel?> StepAsync(OpenLink link, GrpcChannel? channel, ImmutableArray<IPEndPoint> addresses)
    {
        foreach (var candidate in channel is null ? addresses.Select(a => connector.Open(link.Device, a)) : [channel])
        {
            var client = new DeviceService.DeviceServiceClient(candidate);
            if (await RoundTripAsync(client, link.Closed) is { } straight)
            {
                var faster = await RoundTripAsync(link.Tunnel, link.Closed) is not { } tunnel || straight < tunnel * options.DirectUpTo;
                link.Use(faster ? client : null);
                return candidate;
            }

            link.Use(null);
            candidate.Dispose();
        }

        return null;
    }

    /// <summary>The best of a few round trips, milliseconds; null when it does not answer.</summary>
    private async Task<double?> RoundTripAsync(DeviceService.DeviceServiceClient client, CancellationToken cancellationToken)
    {
        try
        {
            var best = double.MaxValue;
            for (var i = 0; i <= Rounds; i++)
            {
                var start = time.GetTimestamp();
                await client.CancelTaskAsync(new CancelRequest(), deadline: time.GetUtcNow().UtcDateTime + Patience, cancellationToken: cancellationToken);
                // The first one pays for the connection.
                best = i == 0 ? best : Math.Min(best, time.GetElapsedTime(start).TotalMilliseconds);
            }

            return best;
        }
        catch (Exception e) when (BrokenLink.Is(e) || e is OperationCanceledException)
        {
            return null;
        }
    }
}
