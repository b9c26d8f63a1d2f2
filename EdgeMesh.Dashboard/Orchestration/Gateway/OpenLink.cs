using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>A link while it is open: its tunnel, and the shorter way while there is one.</summary>
public sealed class OpenLink : IDeviceLink, IDisposable
{
    private readonly CancellationTokenSource _closed;
    private readonly LinkKind _kind;
    private volatile DeviceService.DeviceServiceClient? _direct;

    public OpenLink(DeviceId device, LinkKind kind, LinkPlace place, long session, DeviceService.DeviceServiceClient tunnel, long now, CancellationToken outer)
    {
        (Device, _kind, Place, Session, Tunnel, LastBeat) = (device, kind, place, session, tunnel, now);
        _closed = CancellationTokenSource.CreateLinkedTokenSource(outer);

        // Kept, as the source gives none away any more when it is disposed, and readers come later than that.
        Closed = _closed.Token;
    }

    public DeviceId Device { get; }

    /// <summary>Where the agent is, since when.</summary>
    public LinkPlace Place { get; }

    public LinkKind Kind => _direct is null ? _kind : LinkKind.Direct;

    public long Session { get; }

    public DeviceService.DeviceServiceClient Client => _direct ?? Tunnel;

    /// <summary>Over the connection that the device dialled; beats always come this way.</summary>
    public DeviceService.DeviceServiceClient Tunnel { get; }

    public bool KeepsAttempts { get; set; }

    public CancellationToken Closed { get; }

    public string? AbortReason { get; private set; }

    public long LastBeat { get; set; }

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
