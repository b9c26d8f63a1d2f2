using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using Google.Protobuf;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>Joins a mesh over TLS and renews the certificate: pins the CA, proves the device's key, stores what it is given.</summary>
public sealed class Enroller(DeviceKey key, DeviceCertificateStore store, AgentOptions agent, TimeProvider time)
{
    private const int LargestAnswer = 256 * 1024;
    private const int LongestWords = 600;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private ApprovalCode? _code;

    /// <summary>Joins with a ticket, over the first of its https addresses that answers; a ticket of loopback only is refused.</summary>
    public async Task<EnrolResult> EnrolAsync(JoinTicket ticket, CancellationToken cancellationToken)
    {
        EnrolResult? last = null;
        foreach (var address in ticket.Addresses.Where(a => a.Scheme == Uri.UriSchemeHttps))
        {
            last = await EnrolAsync(address, ticket, cancellationToken);
            if (last is not EnrolResult.Refused { Final: false })
            {
                return last;
            }
        }

        return last ?? new EnrolResult.Refused(
            new Problem("ticket_local", "This token is for the dashboard's own computer.", "It names no address of the network.", "Switch on LAN access on the dashboard and make a new one."), Final: true);
    }

    /// <summary>Joins with a ticket at one address.</summary>
    public Task<EnrolResult> EnrolAsync(Uri address, JoinTicket ticket, CancellationToken cancellationToken) => TryAsync(address, async limit =>
        await FetchAuthorityAsync(address, ticket.Authority, limit) is { } root
            ? await AskAsync(address, [root], ticket.OrchestratorId, ticket.Secret, null, limit)
            : new EnrolResult.Refused(EnrolProblems.OtherMesh(address, ticket.Authority), Final: false), cancellationToken);

    /// <summary>Asks to join without a token: a person approves it on the dashboard. The CA that answers is the one that is pinned from then on.</summary>
    /// <param name="authority">The CA's fingerprint when it is known (from discovery, or told by a person); null trusts the first that answers.</param>
    public Task<EnrolResult> AskToJoinAsync(Uri address, KeyPin? authority, CancellationToken cancellationToken) => TryAsync(address, async limit =>
        await FetchAuthorityAsync(address, authority, limit) is { } root
            ? await AskAsync(address, [root], null, "", null, limit, MeshNames.PinOf(root))
            : new EnrolResult.Refused(authority is { } pin ? EnrolProblems.OtherMesh(address, pin) : EnrolProblems.NotADashboard(address), Final: false), cancellationToken);

    /// <summary>Renews, with nothing but the proof of the key; an expired certificate is no hindrance.</summary>
    public Task<EnrolResult> RenewAsync(Uri address, MeshMembership membership, CancellationToken cancellationToken) => TryAsync(address, async limit =>
    {
        using var roots = membership.Roots();
        return await AskAsync(address, roots.Items, membership.OrchestratorId, "", membership, limit);
    }, cancellationToken);

    /// <summary>The CAs that a dashboard says it has; nothing proves them but their fingerprints.</summary>
    public static async Task<X509Certificate2Collection> FetchAuthoritiesAsync(Uri address, CancellationToken cancellationToken)
    {
        using HttpClient http = new(MeshTls.CreateUntrustingHandler()) { MaxResponseContentBufferSize = LargestAnswer, BaseAddress = address };
        // By the agents' name, so that it works through a relay or a forwarded port too.
        http.DefaultRequestHeaders.Host = $"{MeshNames.Server}:{address.Port}";
        X509Certificate2Collection all = [];
        all.ImportFromPem(await http.GetStringAsync(new Uri("/ca.crt", UriKind.Relative), cancellationToken));
        return all;
    }

    private static async Task<X509Certificate2?> FetchAuthorityAsync(Uri address, KeyPin? pin, CancellationToken cancellationToken)
    {
        var all = await FetchAuthoritiesAsync(address, cancellationToken);
        return all.FirstOrDefault(c => pin is null || MeshNames.PinOf(c) == pin);
    }

    private static async Task<EnrolResult> TryAsync(Uri address, Func<CancellationToken, Task<EnrolResult>> ask, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new EnrolResult.Refused(EnrolProblems.Of(e, address), Final: false);
        }
    }

    private async Task<EnrolResult> AskAsync(
        Uri address, IEnumerable<X509Certificate2> roots, string? orchestratorId, string token, MeshMembership? known, CancellationToken cancellationToken, KeyPin? firstSeen = null)
    {
        using HttpClient http = new(MeshTls.CreateHandler(roots)) { MaxResponseContentBufferSize = LargestAnswer, BaseAddress = address };
        http.DefaultRequestHeaders.Host = $"{MeshNames.Server}:{address.Port}";
        Uri enrol = new("/agent/enrol", UriKind.Relative);
        var challenge = EnrolChallenge.Parser.ParseFrom(await http.GetByteArrayAsync(enrol, cancellationToken));
        if (challenge.ProtocolVersion != LinkProtocol.Version)
        {
            return new EnrolResult.Refused(EnrolProblems.VersionMismatch(address, challenge.ProtocolVersion > LinkProtocol.Version), Final: true);
        }

        if (orchestratorId is not null && challenge.OrchestratorId != orchestratorId)
        {
            return new EnrolResult.Refused(EnrolProblems.OtherOrchestrator(address), Final: false);
        }

        if (firstSeen is { } authority && !Converse(challenge.OrchestratorId, authority))
        {
            return new EnrolResult.Refused(EnrolProblems.CodeChanges(address), Final: true);
        }

        var code = firstSeen is null ? null : _code;
        byte[] commitment = code?.Commitment ?? [], shown = code?.Shown ?? [];
        var request = key.CreateSigningRequest();
        using ByteArrayContent content = new(new EnrolRequest
        {
            ProtocolVersion = LinkProtocol.Version,
            Nonce = challenge.Nonce,
            SigningRequest = ByteString.CopyFrom(request),
            Signature = ByteString.CopyFrom(key.Sign(EnrolSignature.Message(challenge.Nonce.Span, challenge.OrchestratorId, request, token, commitment, shown))),
            JoinToken = token,
            Name = agent.Name,
            AgentVersion = AgentVersion.Current,
            Renewal = known is not null,
            CodeCommitment = ByteString.CopyFrom(commitment),
            CodeNonce = ByteString.CopyFrom(shown),
        }.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var answer = await http.PostAsync(enrol, content, cancellationToken);
        if (EnrolProblems.IsBusy(answer.StatusCode))
        {
            throw new HttpRequestException("The dashboard is busy.", null, answer.StatusCode);
        }

        if (answer.Content.Headers.ContentType?.MediaType != "application/x-protobuf")
        {
            throw new InvalidDataException("This is not an answer to an enrolment.");
        }

        var reply = EnrolReply.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return reply.Outcome switch
        {
            EnrolReply.Types.Outcome.Enrolled => new EnrolResult.Enrolled(Keep(address, challenge.OrchestratorId, reply, known)),
            EnrolReply.Types.Outcome.Pending => Wait(address, code, reply),
            _ => new EnrolResult.Refused(new Problem(reply.Code, "The dashboard refused.", Words(reply.Detail), Words(reply.Remedy)), reply.Final),
        };
    }

    /// <summary>Begins or goes on with the conversation about the code; false when the dashboard, or who answers for it, changed too often.</summary>
    private bool Converse(string orchestratorId, KeyPin authority)
    {
        var code = _code is null ? new ApprovalCode(orchestratorId, authority, key.PublicKey) : _code.IsWith(orchestratorId, authority) ? _code : _code.Again(orchestratorId, authority);
        _code = code ?? _code;
        return code is not null;
    }

    // In this device's own words: what the other side says could hold another code.
    private EnrolResult Wait(Uri address, ApprovalCode? code, EnrolReply reply)
    {
        if (code is null)
        {
            return new EnrolResult.Refused(EnrolProblems.NotADashboard(address), Final: false);
        }

        if (!code.Hear(reply.CodeNonce.Span))
        {
            if (code.Again() is not { } again)
            {
                return new EnrolResult.Refused(EnrolProblems.CodeChanges(address), Final: true);
            }

            _code = again;
        }

        return new EnrolResult.Pending(
            $"Waiting to be approved on the Fleet page of the dashboard at {address.Authority} as {agent.Name}, key {key.Id.Short}." +
            (_code?.Code is { } digits ? $" Approve it only if the page shows the code {digits} too." : ""),
            TimeSpan.FromSeconds(Math.Clamp(reply.RetryAfterSeconds, 1, 60)));
    }

    // It goes to a terminal.
    private static string Words(string said) => PrintableText.Of(said, LongestWords);

    private MeshMembership Keep(Uri address, string orchestratorId, EnrolReply reply, MeshMembership? known)
    {
        using (var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span))
        {
            if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.PublicKey.Span))
            {
                throw new InvalidDataException("This certificate is for another key.");
            }
        }

        var told = reply.Addresses.Select(a => Uri.TryCreate(a, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttps ? parsed : null).OfType<Uri>();
        MeshMembership membership = new(
            orchestratorId, [.. reply.Authorities.Select(a => a.ToByteArray())], reply.Certificate.ToByteArray(),
            time.GetUtcNow() + TimeSpan.FromSeconds(Math.Max(1, reply.RenewAfterSeconds)),
            [.. told.Prepend(address).Concat(known?.Addresses ?? []).Distinct().Take(16)]);
        store.Save(membership);
        return membership;
    }
}
