using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using Grpc.Core;
using Grpc.Net.Client;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>The open links. Runs each: reads the profile, follows the beats, tells the orchestrator. Thread-safe.</summary>
public sealed class LinkGateway(ILinkSink sink, DirectPath direct, OrchestratorEpoch epoch, TimeProvider time) : IDeviceLinks
{
    // A request carries a person's whole text; what a device says comes in small pieces.
    internal const int LargestSent = 80 * 1024 * 1024;
    internal const int LargestReceived = 2 * 1024 * 1024;
    private static readonly TimeSpan SilentTooLong = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<DeviceId, OpenLink> _links = new();
    private readonly ConcurrentDictionary<DeviceId, long> _cutOff = new();
    private long _session;

    public IDeviceLink? Find(DeviceId device) => _links.GetValueOrDefault(device);

    /// <summary>Where this device is linked from by a link that answers: then a second one is a copied identity. Null when there is none.</summary>
    public LinkPlace? AliveAt(DeviceId device) => _links.TryGetValue(device, out var link) && time.GetElapsedTime(link.LastBeat) < SilentTooLong ? link.Place : null;

    /// <summary>Whether this device was cut off a moment ago for what it sent.</summary>
    public bool IsQuarantined(DeviceId device) => _cutOff.TryGetValue(device, out var since) && time.GetElapsedTime(since) < Quarantine;

    /// <summary>Runs a link over a stream until it ends.</summary>
    public async Task RunAsync(DeviceId device, LinkKind kind, string address, Stream stream, CancellationToken cancellationToken)
    {
        var used = false;
        using var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = 1024 * 1024,
            ConnectCallback = (_, _) => !used && (used = true) ? new ValueTask<Stream>(stream) : throw new IOException("The link is gone."),
        };
        using var channel = GrpcChannel.ForAddress("http://device", new GrpcChannelOptions
        {
            HttpHandler = handler,
            MaxReceiveMessageSize = LargestReceived,
            MaxSendMessageSize = LargestSent,
        });
        using var link = new OpenLink(device, kind, new LinkPlace(address, time.GetUtcNow()), Interlocked.Increment(ref _session), new DeviceService.DeviceServiceClient(channel), time.GetTimestamp(), cancellationToken);
        if (_links.TryGetValue(device, out var old))
        {
            old.Abort("A newer link replaced it.");
        }

        var reason = "The connection closed.";
        var shorter = Task.CompletedTask;
        try
        {
            var profile = await link.Tunnel.GetProfileAsync(new ProfileRequest(), deadline: time.GetUtcNow().UtcDateTime.AddSeconds(10), cancellationToken: link.Closed);
            link.KeepsAttempts = profile.KeepsAttempts;
            _links[device] = link;
            await sink.OpenedAsync(link, FromWire.Profile(profile.Profile), FromWire.Runtimes(profile.Runtimes, profile.RuntimesLoaded, profile.Profile.Accelerators));
            shorter = direct.KeepAsync(link, FromWire.Addresses(profile.Direct));
            await FollowAsync(link);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or IOException or InvalidOperationException)
        {
            if (e is RpcException { StatusCode: StatusCode.ResourceExhausted })
            {
                CutOff(link, "It sent a message that is too large, so it was cut off. Update its agent.");
            }
        }
        finally
        {
            reason = link.AbortReason ?? reason;
            link.Abort(reason);
            _links.TryRemove(new KeyValuePair<DeviceId, OpenLink>(device, link));
            await sink.ClosedAsync(link, reason);
            await shorter;
        }
    }

    private void CutOff(OpenLink link, string reason)
    {
        _cutOff[link.Device] = time.GetTimestamp();
        link.Abort(reason);
    }

    private async Task FollowAsync(OpenLink link)
    {
        using var watch = link.Tunnel.Watch(new WatchRequest { Epoch = epoch.Value }, cancellationToken: link.Closed);
        using var trips = new RoundTrips(link, time);
        var pace = new BeatPace(time);
        await foreach (var beat in watch.ResponseStream.ReadAllAsync(link.Closed))
        {
            if (pace.IsTooFast())
            {
                CutOff(link, "It sent beats far too fast, so it was cut off. Update its agent.");
                return;
            }

            link.LastBeat = time.GetTimestamp();
            await sink.BeatAsync(link, FromWire.Telemetry(beat, time.GetUtcNow()), beat.Runtimes is { } set ? FromWire.Runtimes(set.Runtimes, set.Loaded, set.Accelerators) : null, trips.Take());
        }
    }
}
