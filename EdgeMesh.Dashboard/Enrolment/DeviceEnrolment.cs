using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Trust;
using Google.Protobuf;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>
/// Gives certificates to devices that prove their key: to a new one for a join token or after a person's yes, to a known one always. A known device needs
/// no certificate for that, so one that slept for a month comes back; one that was forgotten does not.
/// </summary>
internal sealed class DeviceEnrolment(
    MeshAuthority authority, OrchestratorKey me, IDeviceRegistry registry, JoinTokens tokens, JoinRequests requests, EnrolNonces nonces, ILanAccess lan)
{
    private const int AskAgainSeconds = 5;
    private const int ShowCodeWithinSeconds = 1;

    public EnrolChallenge Challenge() => new()
    {
        ProtocolVersion = LinkProtocol.Version,
        Nonce = ByteString.CopyFrom(nonces.New()),
        OrchestratorId = me.Id,
        OrchestratorVersion = Configuration.DashboardVersion.Current,
    };

    public async Task<EnrolReply> EnrolAsync(EnrolRequest request, IPAddress? from, CancellationToken cancellationToken)
    {
        if (request.ProtocolVersion != LinkProtocol.Version)
        {
            return Refuse(
                "version_mismatch", $"The agent speaks protocol {request.ProtocolVersion}, this dashboard {LinkProtocol.Version}.",
                request.ProtocolVersion < LinkProtocol.Version ? "Update the agent." : "Update the dashboard.");
        }

        var signingRequest = request.SigningRequest.ToByteArray();
        var key = DeviceProof.KeyOf(signingRequest);
        var publicKey = key?.ExportSubjectPublicKeyInfo();
        if (key is null || publicKey is null ||
            !KeySignature.IsValid(publicKey, EnrolSignature.Message(request.Nonce.Span, me.Id, signingRequest, request.JoinToken, request.CodeCommitment.Span, request.CodeNonce.Span), request.Signature.Span))
        {
            return Refuse("bad_signature", "The key was not proved.", "Start the agent again. If it happens again, its key file is broken.");
        }

        if (!nonces.TrySpend(request.Nonce.Span))
        {
            return Refuse("replayed", "This very request was answered before, or is too old.", "The agent asks again by itself.", final: false);
        }

        var id = DeviceId.FromPublicKey(publicKey);
        if (!await registry.IsKnownAsync(id, cancellationToken))
        {
            if (request.Renewal)
            {
                return Refuse("unknown_device", "This device has not joined this mesh, or was forgotten.", "Make a token with \"Add a device\" on the Fleet page and join with it.");
            }

            var name = PrintableText.Of(request.Name.Trim(), 64);
            name = name.Length == 0 ? id.Short : name;
            var refusal = request.JoinToken.Length == 0
                ? Ask(request, new JoinRequest(id, name, "", PrintableText.Of(request.AgentVersion, 32), default), publicKey, from)
                : await JoinAsync(id, publicKey, name, request.JoinToken, cancellationToken);
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return Enrolled(key);
    }

    private static EnrolReply Refuse(string code, string detail, string remedy, bool final = true) =>
        new() { Outcome = EnrolReply.Types.Outcome.Refused, Code = code, Detail = detail, Remedy = remedy, Final = final };

    private async Task<EnrolReply?> JoinAsync(DeviceId id, byte[] publicKey, string name, string secret, CancellationToken cancellationToken)
    {
        var token = await tokens.FindAsync(secret, cancellationToken);
        return token.Refusal is { } refusal ? Refuse(refusal.Code, refusal.Detail, refusal.Remedy)
            : await registry.AddAsync(id, publicKey, name, LinkKind.Tunnel, token.Id, cancellationToken) ? null
            : Refuse("token_spent", "This join token was used by another device a moment ago.", "Make a new token with \"Add a device\".");
    }

    private EnrolReply Ask(EnrolRequest request, JoinRequest asked, byte[] publicKey, IPAddress? from)
    {
        CodeClaim claim = new(request.CodeCommitment.Memory, request.CodeNonce.Memory);
        if (!claim.IsSound)
        {
            return Refuse("bad_signature", "What it said towards the code is not what it promised.", "Update the agent and start it again.");
        }

        return requests.Ask(asked, publicKey, from, claim, () => new CodeConversation(claim.Commitment, publicKey, me.Id, authority.Pin), out var conversation) switch
        {
            JoinRequests.Answer.Waiting when conversation is not null => new EnrolReply
            {
                Outcome = EnrolReply.Types.Outcome.Pending,
                RetryAfterSeconds = conversation.Code is null ? ShowCodeWithinSeconds : AskAgainSeconds,
                CodeNonce = ByteString.CopyFrom(conversation.Nonce),
            },
            JoinRequests.Answer.Refused => Refuse("join_refused", "Somebody on the dashboard refused this device.", "Ask them, or join with a token from \"Add a device\"."),
            JoinRequests.Answer.BeganTooOften => Refuse("join_began_too_often", "This device began to ask anew too often.", "It may ask again in two minutes; or join with a token from \"Add a device\".", final: false),
            _ => Refuse("join_requests_full", "Too many devices wait to be approved.", "Approve or refuse those on the Fleet page, or join with a token.", final: false),
        };
    }

    private EnrolReply Enrolled(PublicKey key)
    {
        var (certificate, renewAfter) = authority.IssueDevice(key);
        using (certificate)
        {
            var reply = new EnrolReply
            {
                Outcome = EnrolReply.Types.Outcome.Enrolled,
                Certificate = ByteString.CopyFrom(certificate.RawDataMemory.Span),
                RenewAfterSeconds = (int)Math.Ceiling(renewAfter.TotalSeconds),
            };
            reply.Authorities.AddRange(authority.Roots.Select(r => ByteString.CopyFrom(r.RawDataMemory.Span)));
            reply.Addresses.AddRange(lan.Current.Addresses.Select(a => a.GetLeftPart(UriPartial.Authority)));
            return reply;
        }
    }
}
