using System.Net.WebSockets;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Agent.Link;

/// <summary>The device's side of the handshake on an open WebSocket.</summary>
internal static class LinkProof
{
    /// <summary>Proves the key; the verdict is the dashboard's, or this side's own when the versions or the orchestrator do not fit.</summary>
    /// <param name="orchestratorId">Whom alone to prove anything to; null for any.</param>
    public static async Task<Verdict> ProveAsync(WebSocket socket, DeviceKey key, string token, string name, string? orchestratorId, CancellationToken cancellationToken)
    {
        var challenge = await LinkMessages.ReceiveAsync(socket, Challenge.Parser, cancellationToken);
        if (orchestratorId is not null && challenge.OrchestratorId != orchestratorId)
        {
            // No proof and no token for another one.
            return new Verdict { Code = "orchestrator_other", Detail = "A dashboard answers there, but not the one that this device joined.", Remedy = "Join it with a new token." };
        }

        if (challenge.ProtocolVersion != LinkSignature.ProtocolVersion)
        {
            var newer = challenge.ProtocolVersion > LinkSignature.ProtocolVersion;
            return new Verdict
            {
                Final = true,
                Code = "version_mismatch",
                Detail = $"The dashboard ({challenge.OrchestratorVersion}) speaks protocol {challenge.ProtocolVersion}, this agent ({AgentVersion.Current}) {LinkSignature.ProtocolVersion}.",
                Remedy = newer ? "Update this agent." : "Update the dashboard.",
            };
        }

        var hello = new Hello
        {
            ProtocolVersion = LinkSignature.ProtocolVersion,
            PublicKey = ByteString.CopyFrom(key.PublicKey.Span),
            Signature = ByteString.CopyFrom(key.Sign(LinkSignature.Message(challenge.Nonce.Span, challenge.OrchestratorId, token))),
            JoinToken = token,
            Name = name,
            AgentVersion = AgentVersion.Current,
        };
        await LinkMessages.SendAsync(socket, hello, cancellationToken);
        return await LinkMessages.ReceiveAsync(socket, Verdict.Parser, cancellationToken);
    }
}
