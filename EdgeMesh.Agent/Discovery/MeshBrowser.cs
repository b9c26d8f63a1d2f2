using System.Threading.Channels;

namespace EdgeMesh.Agent.Discovery;

/// <summary>Looks for orchestrators on this machine's networks.</summary>
public sealed class MeshBrowser(TimeProvider time)
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Asks three times within 3.5 s; returns earlier when <paramref name="enough"/> says so.</summary>
    public async Task<ImmutableArray<FoundOrchestrator>> BrowseAsync(Func<ImmutableArray<FoundOrchestrator>, bool>? enough, CancellationToken cancellationToken)
    {
        var sockets = MulticastSocket.Open(orAnyPort: true);
        var packets = Channel.CreateBounded<MulticastPacket?>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = sockets.Select(s => s.ReceiveAsync(packets.Writer, stop.Token)).ToList();
        var collector = new ServiceCollector();
        try
        {
            foreach (var pause in Pauses)
            {
                Ask(sockets, collector);
                if (await CollectAsync(packets.Reader, collector, pause, enough, cancellationToken))
                {
                    break;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(receiving);
            foreach (var socket in sockets)
            {
                socket.Dispose();
            }
        }

        return collector.Found();
    }

    private static void Ask(ImmutableArray<MulticastSocket> sockets, ServiceCollector collector)
    {
        var question = DnsWriter.Write(new DnsMessage { Questions = [new DnsQuestion(MeshService.Type, DnsType.Ptr)], Answers = collector.Found().IsEmpty ? [] : collector.Known });
        foreach (var socket in sockets)
        {
            foreach (var place in socket.Places)
            {
                socket.Send(question, place);
            }
        }
    }

    private async Task<bool> CollectAsync(
        ChannelReader<MulticastPacket?> packets, ServiceCollector collector, TimeSpan span, Func<ImmutableArray<FoundOrchestrator>, bool>? enough, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(span, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            while (await packets.ReadAsync(either.Token) is { } packet)
            {
                collector.Add(packet.Message, packet.Place.Index);
                if (enough?.Invoke(collector.Found()) == true)
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }

        return false;
    }
}
