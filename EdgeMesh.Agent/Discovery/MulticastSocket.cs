using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeMesh.Agent.Discovery;

/// <summary>A packet that came, and where.</summary>
internal sealed record MulticastPacket(DnsMessage Message, MulticastSocket Socket, NetworkPlace Place, IPEndPoint From);

/// <summary>One UDP socket of one address family, joined to the multicast DNS group on every interface. Sends are one at a time.</summary>
internal sealed class MulticastSocket : IDisposable
{
    public const int MulticastPort = 5353;

    // Only the own link may be reached and heard.
    private const int EveryHop = 255;
    private readonly Lock _sending = new();
    private readonly Socket _socket;
    private readonly bool _isV6;
    private readonly IPAddress _group;

    private MulticastSocket(Socket socket)
    {
        _socket = socket;
        _isV6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        _group = IPAddress.Parse(_isV6 ? "ff02::fb" : "224.0.0.251");
    }

    /// <summary>The interfaces as of the last <see cref="Join"/>.</summary>
    public ImmutableArray<NetworkPlace> Places { get; private set; } = [];

    /// <summary>A socket for each family this machine has, joined. Shares the port with the system's own resolver.</summary>
    /// <param name="orAnyPort">When the port cannot be shared: ask from another one, and be answered directly.</param>
    public static ImmutableArray<MulticastSocket> Open(bool orAnyPort) =>
        [.. ((AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]).Select(f => TryOpen(f, MulticastPort) ?? (orAnyPort ? TryOpen(f, 0) : null)).OfType<MulticastSocket>()];

    /// <summary>Joins on interfaces that came since; true when the addresses have changed.</summary>
    public bool Join()
    {
        var places = NetworkPlace.All(_socket.AddressFamily);
        foreach (var place in places)
        {
            try
            {
                if (_isV6)
                {
                    _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(_group, place.Index));
                }
                else
                {
                    _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(_group, place.Addresses[0]));
                }
            }
            catch (SocketException)
            {
                // It is joined there already, or the interface has no multicast at all.
            }
        }

        var changed = !places.Select(p => p.ToString()).SequenceEqual(Places.Select(p => p.ToString()));
        Places = places;
        return changed;
    }

    /// <summary>To everybody on one interface.</summary>
    public void Send(byte[] packet, NetworkPlace place)
    {
        lock (_sending)
        {
            try
            {
                if (_isV6)
                {
                    _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, place.Index);
                }
                else
                {
                    _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, place.Addresses[0].GetAddressBytes());
                }

                _socket.SendTo(packet, new IPEndPoint(_group, MulticastPort));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The interface went away or is not ready; the next look at the addresses tells.
            }
        }
    }

    /// <summary>To one asker.</summary>
    public void Send(byte[] packet, IPEndPoint to)
    {
        try
        {
            _socket.SendTo(packet, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It went away: nobody waits.
        }
    }

    /// <summary>Hands on what comes until it is cancelled; what is no message is dropped.</summary>
    public async Task ReceiveAsync(ChannelWriter<MulticastPacket?> to, CancellationToken cancellationToken)
    {
        var buffer = new byte[DnsReader.LongestPacket];
        var anywhere = new IPEndPoint(_isV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, anywhere, cancellationToken);
                if (DnsReader.Read(buffer.AsSpan(0, received.ReceivedBytes)) is { } message && Places.FirstOrDefault(p => p.Index == received.PacketInformation.Interface) is { } place)
                {
                    to.TryWrite(new MulticastPacket(message, this, place, (IPEndPoint)received.RemoteEndPoint));
                }
            }
            catch (SocketException)
            {
                // A packet too long, or an answer that nobody took (Windows reports it here).
                await Task.Yield();
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static MulticastSocket? TryOpen(AddressFamily family, int port)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            var isV6 = family == AddressFamily.InterNetworkV6;
            var level = isV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
            if (isV6)
            {
                socket.DualMode = false;
            }

            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.SetSocketOption(level, SocketOptionName.PacketInformation, true);
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, EveryHop);
            socket.Bind(new IPEndPoint(isV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            var opened = new MulticastSocket(socket);
            opened.Join();
            return opened;
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }
}
