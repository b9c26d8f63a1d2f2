using System.Net;
using EdgeMesh.Core.Trust;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EdgeMesh.Agent.Connections;

/// <summary>Kestrel's sockets with limits that count before TLS and before anything is read: whoever is over one is cut off at once, and nothing that accepting throws ends the program.</summary>
public sealed class LimitedListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly IConnectionListenerFactory _inner;
    private readonly ConnectionLimits _limits;
    private readonly PeerCounts _counts;
    private readonly RefusalLog _log;
    private readonly TimeProvider _time;

    public LimitedListenerFactory(IServiceProvider services, ConnectionLimits limits, RefusalLog log, TimeProvider time)
        : this(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), limits, log, time)
    {
    }

    internal LimitedListenerFactory(IConnectionListenerFactory inner, ConnectionLimits limits, RefusalLog log, TimeProvider time)
    {
        (_inner, _limits, _log, _time) = (inner, limits, log, time);
        _counts = new PeerCounts(limits.PerNetwork, limits.All, limits.Loopback);
    }

    /// <summary>Connections that are open now.</summary>
    public int Open => _counts.Open;

    public bool CanBind(EndPoint endpoint) => _inner is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _inner.BindAsync(endpoint, cancellationToken), this);

    /// <summary>Counts a connection; why it is refused, or null.</summary>
    private string? Judge(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var from = PeerNetwork.Of(address);
        if (_limits.IsReserved(from.IsLoopback, HandleOf(connection)))
        {
            return "The limit of open files is near (ulimit -n); what is left is kept for this computer and its files.";
        }

        var isProxy = address is not null && _limits.IsProxy(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        var limit = _counts.TryEnter(from, isProxy);
        if (limit == PeerLimit.None)
        {
            connection.ConnectionClosed.Register(() => _counts.Leave(from));
            return null;
        }

        return limit switch
        {
            PeerLimit.Network => $"{_limits.PerNetwork} of one address may be open at once.",
            PeerLimit.All => $"{_limits.All} of other machines may be open at once.",
            _ => $"{_limits.Loopback} of this computer may be open at once.",
        };
    }

    private static long HandleOf(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>()?.Socket.SafeHandle is { IsInvalid: false } handle ? handle.DangerousGetHandle() : 0;

    private sealed class Listener(IConnectionListener inner, LimitedListenerFactory owner) : IConnectionListener
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
        private volatile bool _closing;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                ConnectionContext? connection;
                try
                {
                    connection = await inner.AcceptAsync(cancellationToken);
                }
                catch (Exception e) when (!_closing && e is not OperationCanceledException)
                {
                    // Kestrel would give up this port for good.
                    owner._log.Refused("Connections", default, $"Accepting failed: {e.Message}");
                    await Task.Delay(Pause, owner._time, cancellationToken);
                    continue;
                }

                if (connection is null || owner.Judge(connection) is not { } why)
                {
                    return connection;
                }

                owner._log.Refused("Connections", PeerNetwork.Of((connection.RemoteEndPoint as IPEndPoint)?.Address), why);
                connection.Abort();
                await connection.DisposeAsync();
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _closing = true;
            return inner.UnbindAsync(cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            _closing = true;
            return inner.DisposeAsync();
        }
    }
}
