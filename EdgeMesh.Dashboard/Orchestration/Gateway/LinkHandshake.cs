using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Trust;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections.Features;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>A device that dials, before it has proved anything.</summary>
/// <param name="Tls">Of the connection itself, whatever a proxy says: then the device's certificate counts too.</param>
/// <param name="Address">Where from; proves nothing.</param>
/// <param name="Port">Of this dashboard's own, that was dialled.</param>
public sealed record LinkPeer(bool Tls, X509Certificate2? Certificate, string Address, int Port)
{
    public static LinkPeer Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return new(context.Features.Get<ITlsHandshakeFeature>() is not null, context.Connection.ClientCertificate, (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "", context.Connection.LocalPort);
    }
}

/// <summary>Proves this dashboard to who dials, and lets in whoever proves a known key, or a new key with an unspent token. All of it is bound to both sides' nonces and to the channel.</summary>
public sealed class LinkHandshake(OrchestratorKey me, IDeviceRegistry registry, JoinTokens tokens, LinkGateway gateway, ILinkSink sink, MeshAuthority authority)
{
    private static readonly string Version = typeof(LinkHandshake).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The device that proved itself, or null when it was refused (and told why).</summary>
    public async Task<DeviceId?> RunAsync(WebSocket socket, LinkPeer peer, CancellationToken cancellationToken)
    {
        var nonce = LinkTranscript.NewNonce();
        await LinkMessages.SendAsync(
            socket,
            new Challenge { ProtocolVersion = LinkProtocol.Version, Nonce = ByteString.CopyFrom(nonce), OrchestratorId = me.Id, OrchestratorVersion = Version },
            cancellationToken);
        var counter = await LinkMessages.ReceiveAsync(socket, CounterChallenge.Parser, cancellationToken);
        if (counter.ProtocolVersion != LinkProtocol.Version)
        {
            // It was told this dashboard's version before, and ends by itself with words.
            throw new InvalidDataException($"It speaks protocol {counter.ProtocolVersion}.");
        }

        LinkTranscript transcript = new(nonce, counter.Nonce.Memory, me.Id, peer.Tls ? LinkChannel.Tls(authority.ServerPin) : LinkChannel.Plain(peer.Port));

        // Over TLS a token is spent at enrolment, before the link.
        var token = peer.Tls ? null : await tokens.FindAsync(transcript, counter.TokenMark.Memory, cancellationToken);
        await LinkMessages.SendAsync(
            socket,
            new OrchestratorProof
            {
                PublicKey = ByteString.CopyFrom(me.PublicKey.Span),
                Signature = ByteString.CopyFrom(me.Sign(transcript.ForOrchestrator())),
                TokenProof = token is null ? ByteString.Empty : ByteString.CopyFrom(transcript.OrchestratorTokenProof(token.Key)),
            },
            cancellationToken);
        var hello = await LinkMessages.ReceiveAsync(socket, Hello.Parser, cancellationToken);
        var verdict = (peer.Tls ? JudgeCertificate(hello, peer.Certificate) : null) ?? await JudgeAsync(hello, transcript, token, peer, cancellationToken);
        await LinkMessages.SendAsync(socket, verdict, cancellationToken);
        if (verdict.Accepted)
        {
            return new DeviceId(verdict.DeviceId);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, verdict.Code, cancellationToken);
        return null;
    }

    private static Verdict Refuse(string code, string detail, string remedy, bool final = true) => new() { Code = code, Detail = detail, Remedy = remedy, Final = final };

    private Verdict? JudgeCertificate(Hello hello, X509Certificate2? certificate)
    {
        var problem = certificate is null ? TrustProblems.CertificateMissing
            : !certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(hello.PublicKey.Span) ? TrustProblems.CertificateOfAnother
            : authority.Judge(certificate);
        return problem is null ? null : Refuse(problem.Code, problem.Detail, problem.Remedy);
    }

    private async Task<Verdict> JudgeAsync(Hello hello, LinkTranscript transcript, MarkedToken? token, LinkPeer peer, CancellationToken cancellationToken)
    {
        if (!KeySignature.IsValid(hello.PublicKey.Span, transcript.ForDevice(hello.TokenProof.Span), hello.Signature.Span))
        {
            return Refuse("bad_signature", "The key was not proved.", "Start the agent again. If it happens again, its key file is broken, or something passes its connection on from another port or server.");
        }

        var id = DeviceId.FromPublicKey(hello.PublicKey.Span);
        if (!await registry.IsKnownAsync(id, cancellationToken))
        {
            if ((token is null ? (hello.TokenProof.IsEmpty ? JoinTokens.NotJoined : JoinTokens.Unknown) : Judge(token, hello, transcript)) is { } refusal)
            {
                return Refuse(refusal.Code, refusal.Detail, refusal.Remedy);
            }

            var name = FromWire.Text(hello.Name.Trim(), 64);
            if (!await registry.AddAsync(id, hello.PublicKey.Memory, name.Length == 0 ? id.Short : name, LinkKind.Tunnel, token!.Id, cancellationToken))
            {
                return Refuse("token_spent", "This join token was used by another device a moment ago.", "Make a new token with \"Add a device\".");
            }
        }
        else if (gateway.AliveAt(id) is { } first)
        {
            await sink.DoubledAsync(id, first, peer.Address);
            return Refuse(
                "already_linked", $"A device with this key is linked already, from {(first.Address.Length == 0 ? "the dashboard itself" : first.Address)} since {first.Since:yyyy-MM-dd HH:mm} UTC.",
                "Two agents share one data directory or a copy of it: give one its own --data DIR. If the other is not yours, the key was stolen: forget the device on the dashboard and join with a new data directory.", final: false);
        }

        if (gateway.IsQuarantined(id))
        {
            return Refuse("cut_off", "This device was cut off a moment ago: it sent more than any agent should.", "Update its agent. It may link again in half a minute.", final: false);
        }

        return new Verdict { Accepted = true, DeviceId = id.Value };
    }

    private static Problem? Judge(MarkedToken token, Hello hello, LinkTranscript transcript) =>
        CryptographicOperations.FixedTimeEquals(hello.TokenProof.Span, transcript.DeviceTokenProof(token.Key, hello.PublicKey.Span)) ? token.Refusal : JoinTokens.Unknown;
}
