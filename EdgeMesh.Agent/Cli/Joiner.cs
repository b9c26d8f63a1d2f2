using System.Net.WebSockets;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Cli;

/// <summary>Joins once, by hand: over TLS by enrolling, on this computer by proving the key with the token.</summary>
internal sealed class Joiner(DeviceKey key, DeviceCertificateStore store, AgentOptions options, TimeProvider time, TextWriter says)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Null when it is one of the mesh now; else why not. Without a token it asks until somebody decides.</summary>
    public async Task<Problem?> JoinAsync(DialOptions dial, CancellationToken cancellationToken)
    {
        Problem? last = null;
        foreach (var address in dial.Addresses)
        {
            var problem = address.Scheme == Uri.UriSchemeHttps ? await EnrolAsync(address, dial, cancellationToken) : await ProveAsync(address, dial, cancellationToken);
            if (problem is null)
            {
                await says.WriteLineAsync($"Joined as {options.Name} ({key.Id.Short}) at {address.GetLeftPart(UriPartial.Authority)}.");
                return null;
            }

            // Of several addresses, what a dashboard said counts more than that nobody was there.
            last = last is null || problem.Code is not ("nobody_there" or "no_answer_in_time") ? problem : last;
        }

        return last;
    }

    private async Task<Problem?> EnrolAsync(Uri address, DialOptions dial, CancellationToken cancellationToken)
    {
        Enroller enroller = new(key, store, options, time);
        var said = "";
        while (true)
        {
            var result = dial.Ticket is { } ticket ? await enroller.EnrolAsync(address, ticket, cancellationToken) : await enroller.AskToJoinAsync(address, dial.Authority, cancellationToken);
            switch (result)
            {
                case EnrolResult.Enrolled:
                    return null;
                case EnrolResult.Refused refused:
                    return refused.Problem;
                case EnrolResult.Pending pending:
                    if (said != pending.Words)
                    {
                        await says.WriteLineAsync(pending.Words);
                        said = pending.Words;
                    }

                    await Task.Delay(pending.AskAgain, time, cancellationToken);
                    break;
            }
        }
    }

    private async Task<Problem?> ProveAsync(Uri address, DialOptions dial, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var socket = MeshSocket.CreatePlain();
            await socket.ConnectAsync(address, limit.Token);
            var verdict = await LinkProof.ProveAsync(
                socket.Socket, address, null, LinkIdentity.Of(key, dial.JoinToken, options.Name), new LinkTrust(dial.OrchestratorId, store), static _ => null, limit.Token);
            if (!verdict.Accepted)
            {
                return new Problem(verdict.Code, "The dashboard refused.", verdict.Detail, verdict.Remedy);
            }

            LastOrchestrator.Save(options.DataDirectory, address);
            return null;
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or OperationCanceledException or IOException or InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            return EnrolProblems.Of(e, address);
        }
    }
}
