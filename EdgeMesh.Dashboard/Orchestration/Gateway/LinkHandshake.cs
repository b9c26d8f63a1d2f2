using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Trust;
using Google.Protobuf;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>Lets in whoever proves a known key, or a new key with an unspent token. A nonce is used once and bound to this orchestrator.</summary>
public sealed class LinkHandshake(OrchestratorKey me, IDeviceRegistry registry, JoinTokens tokens, LinkGateway gateway, MeshAuthority authority)
{
    private static readonly string Version = typeof(LinkHandshake).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The device that proved itself, or null when it was refused (and told why).</summary>
    /// <param name="tls">Over TLS the device's certificate counts too.</param>
    public async Task<DeviceId?> RunAsync(WebSocket socket, bool tls, X509Certificate2? certificate, CancellationToken cancellationToken)
    {
        var nonce = RandomNumberGenerator.GetBytes(32);
        await LinkMessages.SendAsync(
            socket,
            new Challenge { ProtocolVersion = LinkSignature.ProtocolVersion, Nonce = ByteString.CopyFrom(nonce), OrchestratorId = me.Id, OrchestratorVersion = Version },
            cancellationToken);
        var hello = await LinkMessages.ReceiveAsync(socket, Hello.Parser, cancellationToken);
        var verdict = (tls ? JudgeCertificate(hello, certificate) : null) ?? await JudgeAsync(hello, nonce, tls, cancellationToken);
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

    private async Task<Verdict> JudgeAsync(Hello hello, byte[] nonce, bool tls, CancellationToken cancellationToken)
    {
        if (hello.ProtocolVersion != LinkSignature.ProtocolVersion)
        {
            return Refuse(
                "version_mismatch", $"The agent speaks protocol {hello.ProtocolVersion}, this dashboard {LinkSignature.ProtocolVersion}.",
                hello.ProtocolVersion < LinkSignature.ProtocolVersion ? "Update the agent." : "Update the dashboard.");
        }

        if (!DeviceProof.IsSigned(hello.PublicKey.Span, LinkSignature.Message(nonce, me.Id, hello.JoinToken), hello.Signature.Span))
        {
            return Refuse("bad_signature", "The key was not proved.", "Start the agent again; if it stays, its key file is broken.");
        }

        var id = DeviceId.FromPublicKey(hello.PublicKey.Span);
        if (!await registry.IsKnownAsync(id, cancellationToken))
        {
            // Over TLS a token is spent at enrolment, before the link.
            var token = await tokens.FindAsync(tls ? "" : hello.JoinToken, cancellationToken);
            if (token.Refusal is { } refusal)
            {
                return Refuse(refusal.Code, refusal.Detail, refusal.Remedy);
            }

            var name = FromWire.Text(hello.Name.Trim(), 64);
            if (!await registry.AddAsync(id, hello.PublicKey.Memory, name.Length == 0 ? id.Short : name, LinkKind.Tunnel, token.Id, cancellationToken))
            {
                return Refuse("token_spent", "This join token was used by another device a moment ago.", "Make a new one with \"Add a device\".");
            }
        }
        else if (gateway.IsAlive(id))
        {
            return Refuse("already_linked", "A device with this key is linked already.", "Two agents share one data directory or a copy of it. Give this one its own --data DIR.", final: false);
        }

        if (gateway.IsQuarantined(id))
        {
            return Refuse("cut_off", "This device was cut off a moment ago: it sent more than any agent should.", "Update its agent. It may link again in half a minute.", final: false);
        }

        return new Verdict { Accepted = true, DeviceId = id.Value };
    }
}
