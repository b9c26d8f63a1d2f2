using System.Net.NetworkInformation;
using System.Threading.Channels;

namespace EdgeMesh.Agent.Discovery;

/// <summary>Announces an orchestrator on every network of this machine until it is cancelled: probes its name, announces, answers, says goodbye.</summary>
public sealed class ServiceAnnouncer(MeshService service, TimeProvider time)
{
    private const int Probes = 3;
    private const int MostAnswersASecond = 20;
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Changes are told by the system; this is for systems that don't.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);
    private readonly Channel<MulticastPacket?> _packets = Channel.CreateBounded<MulticastPacket?>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
    private ServiceResponder _responder = new(service);
    private ImmutableArray<MulticastSocket> _sockets = [];
    private int _number = 1;
    private int _answers;
    private long _answersSince;

    /// <summary>The name by which it is announced now; another than asked when that was taken.</summary>
    public string Instance => _responder.Service.Instance;

    /// <summary>Runs until cancelled; returns false at once when this machine has no multicast socket to give.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        _sockets = MulticastSocket.Open(orAnyPort: false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = _sockets.Select(s => s.ReceiveAsync(_packets.Writer, stop.Token)).ToList();
        NetworkChange.NetworkAddressChanged += Wake;
        try
        {
            while (!_sockets.IsEmpty && !cancellationToken.IsCancellationRequested)
            {
                if (await ProbeAsync(cancellationToken))
                {
                    await ServeAsync(cancellationToken);
                }
            }

            return !_sockets.IsEmpty;
        }
        finally
        {
            NetworkChange.NetworkAddressChanged -= Wake;
            await stop.CancelAsync();
            await Task.WhenAll(receiving);
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }

    private void Wake(object? sender, EventArgs e) => _packets.Writer.TryWrite(null);

    // True when nobody objected.
    private async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Probes; i++)
        {
            Tell(p => _responder.Probe(p.Addresses));
            switch (await ListenAsync(ProbePause, answer: false, cancellationToken))
            {
                case NameClaim.Taken:
                    Rename();
                    return false;
                case NameClaim.Yield:
                    await ListenAsync(Second, answer: false, cancellationToken);
                    return false;
                case NameClaim.None when cancellationToken.IsCancellationRequested:
                    return false;
            }
        }

        return true;
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        try
        {
            Tell(p => _responder.Announcement(p.Addresses));
            var wait = Second;
            while (await ListenAsync(wait, answer: true, cancellationToken) != NameClaim.Taken && !cancellationToken.IsCancellationRequested)
            {
                var changed = _sockets.Aggregate(false, (any, socket) => socket.Join() || any);
                if (changed || wait == Second)
                {
                    // The second one, for who lost the first; or for a network that is new.
                    Tell(p => _responder.Announcement(p.Addresses));
                }

                wait = changed ? Second : LookAgain;
            }
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Tell(p => _responder.Announcement(p.Addresses, goodbye: true));
            }
        }
    }

    private async Task<NameClaim> ListenAsync(TimeSpan span, bool answer, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(span, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            while (await _packets.Reader.ReadAsync(either.Token) is { } packet)
            {
                if (_responder.Judge(packet.Message) is var claim and not NameClaim.None && !(answer && claim == NameClaim.Yield))
                {
                    return claim;
                }

                if (answer)
                {
                    await AnswerAsync(packet, either.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        return NameClaim.None;
    }

    private async Task AnswerAsync(MulticastPacket packet, CancellationToken cancellationToken)
    {
        var simple = packet.From.Port != MulticastSocket.MulticastPort;
        if (_responder.Answer(packet.Message, packet.Place.Addresses, simple) is not { } answer || !MayAnswer())
        {
            return;
        }

        var direct = simple || packet.Message.Questions.All(q => q.Unicast);
        if (direct)
        {
            if (packet.Place.IsOnLink(packet.From.Address))
            {
                packet.Socket.Send(DnsWriter.Write(answer, simple), packet.From);
            }

            return;
        }

        if (answer.Answers.Any(r => !r.IsUnique))
        {
            // Others answer this too: not all at once (RFC 6762, section 6).
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 120)), time, cancellationToken);
        }

        packet.Socket.Send(DnsWriter.Write(answer), packet.Place);
    }

    private bool MayAnswer()
    {
        if (time.GetElapsedTime(_answersSince) > Second)
        {
            (_answersSince, _answers) = (time.GetTimestamp(), 0);
        }

        return ++_answers <= MostAnswersASecond;
    }

    private void Rename() => _responder = new ServiceResponder(service.Renamed(++_number));

    private void Tell(Func<NetworkPlace, DnsMessage> message)
    {
        foreach (var socket in _sockets)
        {
            foreach (var place in socket.Places)
            {
                socket.Send(DnsWriter.Write(message(place)), place);
            }
        }
    }
}
