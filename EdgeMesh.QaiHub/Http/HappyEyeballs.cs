using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.QaiHub.Http;

/// <summary>
/// Connects to a host that has several addresses (RFC 8305): IPv6 and IPv4 in turns, the next one when the last has failed or was silent for a quarter of a second. The
/// first connection wins. Without it, an IPv6 network that swallows everything uses up the whole time for connecting.
/// </summary>
/// <param name="resolve">Looks up a name; throws <see cref="SocketException"/> when there is none such.</param>
internal sealed class HappyEyeballs(TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private const int MaxAddresses = 16;
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>A stream to the first address that answers.</summary>
    /// <exception cref="SocketException">The name is not known, or no address took the connection.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = Interleaved(await resolve(host.Host, cancellationToken)).Take(MaxAddresses).ToList();
        if (addresses.Count == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Socket>>();
        try
        {
            return new NetworkStream(await RaceAsync(addresses, host.Port, running, stop.Token), ownsSocket: true);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // By the caller's own token it knows its limit for connecting.
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            running.ForEach(Abandon);
        }
    }

    /// <summary>The system's order, which begins with the family it prefers, with the families taking turns.</summary>
    public static IEnumerable<IPAddress> Interleaved(IReadOnlyCollection<IPAddress> addresses)
    {
        var families = addresses.GroupBy(a => a.AddressFamily).Select(g => g.ToList()).ToList();
        return Enumerable.Range(0, families.Select(f => f.Count).DefaultIfEmpty().Max()).SelectMany(i => families.Where(f => i < f.Count).Select(f => f[i]));
    }

    private async Task<Socket> RaceAsync(List<IPAddress> addresses, int port, List<Task<Socket>> running, CancellationToken stop)
    {
        var (pending, next) = (new List<Task<Socket>>(), 0);
        while (true)
        {
            if (next < addresses.Count)
            {
                var attempt = AttemptAsync(new IPEndPoint(addresses[next++], port), stop);
                pending.Add(attempt);
                running.Add(attempt);
            }

            if (await FirstAsync(pending, more: next < addresses.Count, stop) is not { } ended)
            {
                continue;
            }

            pending.Remove(ended);
            if (ended.IsCompletedSuccessfully || (pending.Count == 0 && next == addresses.Count))
            {
                running.Remove(ended);
                return await ended;
            }
        }
    }

    /// <summary>The attempt that ended first; null when it is time for the next address.</summary>
    private async Task<Task<Socket>?> FirstAsync(List<Task<Socket>> pending, bool more, CancellationToken stop)
    {
        if (!more)
        {
            return await Task.WhenAny(pending);
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var pause = Task.Delay(AttemptDelay, time, waiting.Token);
        var first = await Task.WhenAny([.. pending, pause]);
        await waiting.CancelAsync();
        stop.ThrowIfCancellationRequested();
        return first as Task<Socket>;
    }

    private static async Task<Socket> AttemptAsync(IPEndPoint address, CancellationToken stop)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One that connects although another has won is closed.</summary>
    private static void Abandon(Task<Socket> attempt) => attempt.ContinueWith(
        static ended =>
        {
            if (ended.IsCompletedSuccessfully)
            {
                ended.Result.Dispose();
            }
            else
            {
                _ = ended.Exception; // seen: nobody else looks at it
            }
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
