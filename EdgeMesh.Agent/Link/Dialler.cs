using System.Net.Sockets;
using System.Net.WebSockets;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Link;

/// <summary>
/// Keeps a link to the dashboard: dials its addresses, proves the key, serves, and dials again forever with exponential backoff and jitter: within 250 to
/// 500 ms at first, up to 15 s later (60 s after a refusal that only a change can mend). A failed join never ends the agent.
/// </summary>
public sealed class Dialler(DialOptions options, DeviceKey key, AgentOptions agent, LinkListener listener, MeshCredentials credentials, DeviceCertificateStore store, RenewalSignal renewal, LinkClaims claims, AgentStop stop, TimeProvider time) : BackgroundService
{
    private const string LinkedHere = "linked_here";
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewAgain = TimeSpan.FromMinutes(1);

    // A clock that was set, or a machine that slept, is noticed within so long.
    private static readonly TimeSpan LongestNap = TimeSpan.FromHours(1);
    private string _token = options.JoinToken;
    private string _said = "";

    /// <summary>Whose answers it gets; null until one came.</summary>
    public string? OrchestratorId { get; private set; } = options.OrchestratorId;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested && !stop.IsOver;)
        {
            var wish = await RoundAsync(() => failures = 0, stoppingToken);
            failures++;
            var ceiling = Math.Min(15, 0.25 * Math.Pow(2, Math.Min(failures, 10)));
            var wait = wish ?? TimeSpan.FromSeconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tries every address once, until one linked or refused for good; returns how long to wait when that is told.</summary>
    private async Task<TimeSpan?> RoundAsync(Action linked, CancellationToken stopping)
    {
        foreach (var address in credentials.Addresses)
        {
            var end = await TryAsync(address, linked, stopping);
            if (end is not Outcome.Failed)
            {
                return end is Outcome.Told told ? told.Wait : null;
            }
        }

        return null;
    }

    private async Task<Outcome> TryAsync(Uri address, Action linked, CancellationToken stopping)
    {
        try
        {
            if (address.Scheme != Uri.UriSchemeHttps)
            {
                using var plain = MeshSocket.CreatePlain();
                return await LinkAsync(plain, address, options.OrchestratorId, linked, stopping);
            }

            for (var again = true; ; again = false)
            {
                var ready = await credentials.ReadyAsync(address, stopping);
                if (ready is not EnrolResult.Enrolled { Membership: var membership })
                {
                    return Explain(ready);
                }

                using var socket = MeshSocket.Create(membership, key, address);
                var outcome = await LinkAsync(socket, address, membership.OrchestratorId, linked, stopping);
                if (!again || outcome is not Outcome.Told { Code: { } code } || !await MendAsync(code, address, stopping))
                {
                    return outcome;
                }
            }
        }
        catch (Exception e)
        {
            // Whatever it was, it never ends the agent.
            if (!stopping.IsCancellationRequested)
            {
                Say(Explain(e, address));
            }

            return new Outcome.Failed();
        }
        finally
        {
            claims.Release(this);
        }
    }

    /// <summary>Whether what the link was refused for is mended, so that it is tried again at once.</summary>
    private async Task<bool> MendAsync(string code, Uri address, CancellationToken stopping) => code switch
    {
        "certificate_expired" or "certificate_foreign" => await credentials.RenewAsync(address, stopping) is EnrolResult.Enrolled,
        "unknown_device" => credentials.JoinAnew(),
        _ => false,
    };

    private async Task<Outcome> LinkAsync(MeshSocket socket, Uri address, string? orchestrator, Action linked, CancellationToken stopping)
    {
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping))
        {
            limit.CancelAfter(Handshake);
            await socket.ConnectAsync(address, limit.Token);
            var verdict = await LinkProof.ProveAsync(
                socket.Socket, address, socket.Server, LinkIdentity.Of(key, _token, agent.Name), new LinkTrust(orchestrator, store), Claim, limit.Token);
            if (!verdict.Accepted)
            {
                if (verdict.Code != LinkedHere)
                {
                    Say($"Refused: {verdict.Detail} {verdict.Remedy}");
                }

                return verdict.Final ? new Outcome.Told(TimeSpan.FromSeconds(60), verdict.Code) : new Outcome.Told(null, verdict.Code);
            }
        }

        _token = "";
        linked();
        Say($"Linked to {address.GetLeftPart(UriPartial.Authority)} as {key.Id.Short}.", isLinked: true);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = address.Scheme == Uri.UriSchemeHttps ? RenewInTimeAsync(address, over.Token) : Task.CompletedTask;
        await using (var stream = WebSocketStream.Create(socket.Socket, WebSocketMessageType.Binary, ownsWebSocket: false))
        {
            await listener.ServeAsync(DuplexPipe.Over(stream), new LinkCaller(OrchestratorId ?? ""), stopping);
        }

        if (stop.IsOver)
        {
            await SayGoodbyeAsync(socket.Socket);
        }

        Say(stop.IsOver || stopping.IsCancellationRequested ? "Stopped." : $"The link to {address.GetLeftPart(UriPartial.Authority)} broke; dialling again.");
        await over.CancelAsync();
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new Outcome.Linked();
    }

    private async Task SayGoodbyeAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(Goodbye, time);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "The agent was stopped.", limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The dashboard has closed it already.
        }
    }

    /// <summary>Renews while the link goes on; the link itself does not notice.</summary>
    private async Task RenewInTimeAsync(Uri address, CancellationToken over)
    {
        var notBefore = TimeSpan.Zero;
        while (true)
        {
            var wished = renewal.Next;
            var wait = credentials.RenewAt is { } at ? at - time.GetUtcNow() : LongestNap;
            wait = TimeSpan.FromTicks(Math.Clamp(wait.Ticks, notBefore.Ticks, LongestNap.Ticks));
            await Task.WhenAny(wished, Task.Delay(wait, time, over));
            over.ThrowIfCancellationRequested();
            if (!wished.IsCompleted && credentials.RenewAt > time.GetUtcNow())
            {
                continue;
            }

            notBefore = TimeSpan.Zero;
            if (await credentials.RenewAsync(address, over) is EnrolResult.Refused refused)
            {
                notBefore = RenewAgain;
                Say($"The certificate could not be renewed: {refused.Problem.Detail} {refused.Problem.Remedy}");
            }

            // However often it is asked for.
            await Task.Delay(TimeSpan.FromSeconds(1), time, over);
        }
    }

    private Verdict? Claim(string orchestratorId)
    {
        // Only now: who answers at a wrong address is none of this dialler's, and another one may have its link.
        OrchestratorId = orchestratorId;
        // Another of this agent's diallers is there: a second link would look like a copied identity.
        return claims.TryTake(orchestratorId, this) ? null : new Verdict { Code = LinkedHere, Detail = "That dashboard is one that this agent is linked to already." };
    }

    private Outcome Explain(EnrolResult result)
    {
        switch (result)
        {
            case EnrolResult.Pending pending:
                Say(pending.Words);
                return new Outcome.Told(pending.AskAgain, null);
            case EnrolResult.Refused refused:
                Say($"Not joined: {refused.Problem.Detail} {refused.Problem.Remedy}");
                return refused.Final ? new Outcome.Told(TimeSpan.FromSeconds(60), null) : new Outcome.Failed();
            default:
                return new Outcome.Failed();
        }
    }

    private static string Explain(Exception e, Uri address) => e switch
    {
        HttpRequestException or WebSocketException { InnerException: not null } when EnrolProblems.Of(e, address) is { Code: "dashboard_busy" or "connection_closed" } later => $"{later.Detail} Trying again.",
        WebSocketException { WebSocketErrorCode: WebSocketError.NotAWebSocket } =>
            $"{address} answers, but not as an EdgeMesh dashboard. Check --orchestrator. Trying again.",
        _ when e.InnerException is HttpRequestException { InnerException: SocketException } =>
            $"Nothing answers at {address}. Is the dashboard running there? Trying again.",
        OperationCanceledException => $"{address} did not answer in time. Trying again.",
        _ when EnrolProblems.Of(e, address) is { Code: "server_not_trusted" } problem => $"{problem.Detail} {problem.Remedy}",
        _ => $"The link to {address} broke. Trying again.",
    };

    // One line for each change, not for each try.
    private void Say(string line, bool isLinked = false)
    {
        if (line != _said)
        {
            _said = line;
            new LinkStatus(isLinked, line, time.GetUtcNow()).Write(agent.DataDirectory);
            Console.WriteLine(line);
        }
    }

    /// <summary>How a try at one address ended.</summary>
    private abstract record Outcome
    {
        /// <summary>It was linked.</summary>
        public sealed record Linked : Outcome;

        /// <summary>Nothing there to talk to; the next address may do.</summary>
        public sealed record Failed : Outcome;

        /// <summary>The dashboard answered, and not with a link.</summary>
        /// <param name="Wait">How long to wait; null for the usual.</param>
        public sealed record Told(TimeSpan? Wait, string? Code) : Outcome;
    }
}
