using System.Net.Sockets;
using System.Net.WebSockets;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Agent.Link;

/// <summary>Where to dial, and with what.</summary>
/// <param name="Orchestrator">The dashboard's address.</param>
/// <param name="JoinToken">Needed once; empty afterwards.</param>
public sealed record DialOptions(Uri Orchestrator, string JoinToken);

/// <summary>
/// Keeps a link to the dashboard: dials, proves the key, serves, and dials again forever with exponential backoff and jitter: within 250 to
/// 500 ms at first, up to 15 s later (60 s after a refusal that only a change can mend). A failed join never ends the agent.
/// </summary>
public sealed class Dialler(DialOptions options, DeviceKey key, Hosting.AgentOptions agent, LinkListener listener, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);
    private string _token = options.JoinToken;
    private string _said = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            var refusal = await LinkOnceAsync(() => failures = 0, stoppingToken);
            failures++;
            var ceiling = refusal?.Final == true ? 60 : Math.Min(15, 0.25 * Math.Pow(2, Math.Min(failures, 10)));
            var wait = TimeSpan.FromSeconds(refusal?.Final == true ? ceiling : ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Verdict?> LinkOnceAsync(Action linked, CancellationToken stopping)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        try
        {
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping))
            {
                limit.CancelAfter(Handshake);
                var scheme = options.Orchestrator.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
                var address = new UriBuilder(options.Orchestrator) { Scheme = scheme, Path = "/agent/link" }.Uri;
                await socket.ConnectAsync(address, limit.Token);
                var verdict = await ProveAsync(socket, limit.Token);
                if (!verdict.Accepted)
                {
                    Say($"Refused: {verdict.Detail} {verdict.Remedy}");
                    return verdict;
                }
            }

            _token = "";
            linked();
            Say($"Linked to {options.Orchestrator} as {key.Id.Short}.");
            await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: false);
            await listener.ServeAsync(DuplexPipe.Over(stream), stopping);
            Say(stopping.IsCancellationRequested ? "Stopped." : $"The link to {options.Orchestrator} broke; dialling again.");
        }
        catch (Exception e)
        {
            // Whatever it was, it never ends the agent.
            if (!stopping.IsCancellationRequested)
            {
                Say(Explain(e));
            }
        }

        return null;
    }

    private async Task<Verdict> ProveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var challenge = await LinkMessages.ReceiveAsync(socket, Challenge.Parser, cancellationToken);
        if (challenge.ProtocolVersion != LinkSignature.ProtocolVersion)
        {
            var newer = challenge.ProtocolVersion > LinkSignature.ProtocolVersion;
            return new Verdict
            {
                Final = true,
                Detail = $"The dashboard ({challenge.OrchestratorVersion}) speaks protocol {challenge.ProtocolVersion}, this agent ({AgentVersion.Current}) {LinkSignature.ProtocolVersion}.",
                Remedy = newer ? "Update this agent." : "Update the dashboard.",
            };
        }

        await LinkMessages.SendAsync(
            socket,
            new Hello
            {
                ProtocolVersion = LinkSignature.ProtocolVersion,
                PublicKey = ByteString.CopyFrom(key.PublicKey.Span),
                Signature = ByteString.CopyFrom(key.Sign(LinkSignature.Message(challenge.Nonce.Span, challenge.OrchestratorId, _token))),
                JoinToken = _token,
                Name = agent.Name,
                AgentVersion = AgentVersion.Current,
            },
            cancellationToken);
        return await LinkMessages.ReceiveAsync(socket, Verdict.Parser, cancellationToken);
    }

    private string Explain(Exception e) => e switch
    {
        _ when e.InnerException is HttpRequestException { InnerException: SocketException } =>
            $"Nothing answers at {options.Orchestrator}. Is the dashboard running there? Trying again.",
        OperationCanceledException => $"{options.Orchestrator} did not answer in time. Trying again.",
        WebSocketException { WebSocketErrorCode: WebSocketError.NotAWebSocket } =>
            $"{options.Orchestrator} answers, but not as an EdgeMesh dashboard. Check --orchestrator. Trying again.",
        _ => $"The link to {options.Orchestrator} broke. Trying again.",
    };

    // One line for each change, not for each try.
    private void Say(string line)
    {
        if (line != _said)
        {
            _said = line;
            Console.WriteLine(line);
        }
    }
}
