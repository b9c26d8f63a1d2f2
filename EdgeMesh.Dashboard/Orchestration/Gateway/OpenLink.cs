using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>A link while it is open: its tunnel, and the shorter way while there is one.</summary>
public sealed class OpenLink(DeviceId device, LinkKind kind, LinkPlace place, long session, DeviceService.DeviceServiceClient tunnel, long now, CancellationToken outer) : IDeviceLink, IDisposable
{
    private readonly CancellationTokenSource _closed = CancellationTokenSource.CreateLinkedTokenSource(outer);
    private volatile DeviceService.DeviceServiceClient? _direct;

    public DeviceId Device => device;

    /// <summary>Where the agent is, since when.</summary>
    public LinkPlace Place => place;

    public LinkKind Kind => _direct is null ? kind : LinkKind.Direct;

    public long Session => session;

    public DeviceService.DeviceServiceClient Client => _direct ?? tunnel;

    /// <summary>Over the connection that the device dialled; beats always come this way.</summary>
    public DeviceService.DeviceServiceClient Tunnel => tunnel;

    public CancellationToken Closed => _closed.Token;

    public string? AbortReason { get; private set; }

    public long LastBeat { get; set; } = now;

    /// <summary>New calls go this way from now on; null: through the tunnel.</summary>
    public void Use(DeviceService.DeviceServiceClient? direct) => _direct = direct;

    public void Abort(string reason)
    {
        AbortReason ??= reason;
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was over already.
        }
    }

    public void Dispose() => _closed.Dispose();
}

/// <summary>Where a link comes from; proves nothing.</summary>
/// <param name="Address">Empty inside one process.</param>
[GenerateSerializer, Immutable]
public sealed record LinkPlace(string Address, DateTimeOffset Since);
