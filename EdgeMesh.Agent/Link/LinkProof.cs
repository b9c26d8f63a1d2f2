using System.Net.WebSockets;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Agent.Link;

/// <summary>The device's side of the handshake on an open WebSocket.</summary>
internal static class LinkProof
{
    /// <summary>Proves the key; the verdict is the dashboard's, or this side's own when the versions or the orchestrator do not fit.</summary>
    /// <param name="refuse">Given the id of the orchestrator that answers: why nothing is proved to it, no token shown; null to go on.</param>
    public static async Task<Verdict> ProveAsync(WebSocket socket, DeviceKey key, string token, string name, Func<string, Verdict?> refuse, CancellationToken cancellationToken)
    {
        var challenge = await LinkMessages.ReceiveAsync(socket, Challenge.Parser, cancellationToken);
        if (refuse(challenge.OrchestratorId) is { } refusal)
        {
            return refusal;
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
