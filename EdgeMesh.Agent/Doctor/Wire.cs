using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeMesh.Agent.Doctor;

/// <summary>The lower layers: name, TCP, and the proxy that the environment names.</summary>
internal static class Wire
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<NameFact> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return new NameFact(host, [literal]);
        }

        try
        {
            return new NameFact(host, [.. await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(Limit, cancellationToken)]);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return new NameFact(host, []);
        }
    }

    /// <summary>A connection to one of the addresses, or why there is none.</summary>
    public static async Task<(NetworkStream? Stream, TcpFact Fact)> ConnectAsync(ImmutableArray<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        var error = SocketError.HostUnreachable;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            try
            {
                await socket.ConnectAsync(address, port, limit.Token);
                return (new NetworkStream(socket, ownsSocket: true), new TcpFact(null));
            }
            catch (SocketException e)
            {
                error = e.SocketErrorCode;
                socket.Dispose();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                error = SocketError.TimedOut;
                socket.Dispose();
            }
        }

        return (null, new TcpFact(error));
    }

    /// <summary>The proxy for an address, as .NET's own HTTP would take it.</summary>
    public static Uri? ProxyFor(Uri address) =>
        HttpClient.DefaultProxy.IsBypassed(address) ? null : HttpClient.DefaultProxy.GetProxy(address) is { } proxy && proxy != address ? proxy : null;

    /// <summary>Asks a proxy for a tunnel.</summary>
    public static async Task<(Stream? Stream, ProxyFact Fact)> TunnelAsync(Uri proxy, Uri to, CancellationToken cancellationToken)
    {
        var (stream, _) = await ConnectAsync((await ResolveAsync(proxy.IdnHost, cancellationToken)).Addresses, proxy.Port, cancellationToken);
        if (stream is null)
        {
            return (null, new ProxyFact(proxy, 0));
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {to.IdnHost}:{to.Port} HTTP/1.1\r\nHost: {to.IdnHost}:{to.Port}\r\n\r\n"), limit.Token);
            var status = await StatusAsync(stream, limit.Token);
            return (status is >= 200 and < 300 ? stream : null, new ProxyFact(proxy, status));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return (null, new ProxyFact(proxy, 0));
        }
    }

    // Byte by byte: what follows the head belongs to the tunnel.
    private static async Task<int> StatusAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < 8_192 && !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, cancellationToken) == 1)
        {
            head.Append((char)one[0]);
        }

        var parts = head.ToString().Split(' ', 3);
        return parts.Length >= 2 && parts[0].StartsWith("HTTP/", StringComparison.Ordinal) && int.TryParse(parts[1], out var status) ? status : 0;
    }
}
