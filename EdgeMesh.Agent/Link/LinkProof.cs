using System.Net.WebSockets;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using Google.Protobuf;

namespace EdgeMesh.Agent.Link;

/// <summary>Who dials, and what it shows.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER.</param>
/// <param name="Sign">ECDSA with SHA-256, IEEE P1363, by that key.</param>
/// <param name="Token">The secret of a join token, or empty. Never sent, only proved.</param>
/// <param name="Name">A proposal.</param>
public sealed record LinkIdentity(ReadOnlyMemory<byte> PublicKey, Func<byte[], byte[]> Sign, string Token, string Name)
{
    public static LinkIdentity Of(DeviceKey key, string token, string name) => new(key.PublicKey, message => key.Sign(message), token, name);
}

/// <summary>The device's side of the handshake on an open WebSocket: the dashboard proves itself first, then this device does.</summary>
public static class LinkProof
{
    private const int LongestWords = 600;

    /// <summary>Proves the key; the verdict is the dashboard's, or this side's own when the versions or the proofs do not fit. Until the dashboard has proved itself it gets a random number and nothing else.</summary>
    /// <param name="address">That was dialled.</param>
    /// <param name="server">The key that the server showed in TLS; null in the clear.</param>
    /// <param name="proved">Given the id of the orchestrator that proved itself: why no link is wanted after all; null to go on.</param>
    /// <exception cref="InvalidDataException">What came is no handshake.</exception>
    public static async Task<Verdict> ProveAsync(
        WebSocket socket, Uri address, KeyPin? server, LinkIdentity me, LinkTrust trust, Func<string, Verdict?> proved, CancellationToken cancellationToken)
    {
        var challenge = await LinkMessages.ReceiveAsync(socket, Challenge.Parser, cancellationToken);
        if (Mismatch(challenge) is { } mismatch)
        {
            return mismatch;
        }

        // Over TLS a token is spent at enrolment, before the link.
        var token = server is null ? me.Token : "";
        if (trust.Refuse(challenge.OrchestratorId, token, address) is { } refusal)
        {
            return refusal;
        }

        LinkTranscript transcript = new(challenge.Nonce.Memory, LinkTranscript.NewNonce(), challenge.OrchestratorId, server is { } pin ? LinkChannel.Tls(pin) : LinkChannel.Plain(address.Port));
        var tokenKey = token.Length == 0 ? null : LinkTranscript.TokenKey(token);
        var counter = new CounterChallenge
        {
            ProtocolVersion = LinkProtocol.Version,
            Nonce = ByteString.CopyFrom(transcript.DeviceNonce.Span),
            TokenMark = tokenKey is null ? ByteString.Empty : ByteString.CopyFrom(transcript.TokenMark(tokenKey)),
        };
        await LinkMessages.SendAsync(socket, counter, cancellationToken);
        var proof = await LinkMessages.ReceiveAsync(socket, OrchestratorProof.Parser, cancellationToken);
        if (trust.Check(proof, transcript, tokenKey, address) is { } unproved)
        {
            return unproved;
        }

        if (proved(challenge.OrchestratorId) is { } unwanted)
        {
            return unwanted;
        }

        await LinkMessages.SendAsync(socket, Hello(me, transcript, tokenKey), cancellationToken);
        var verdict = await LinkMessages.ReceiveAsync(socket, Verdict.Parser, cancellationToken);
        (verdict.Detail, verdict.Remedy) = (PrintableText.Of(verdict.Detail, LongestWords), PrintableText.Of(verdict.Remedy, LongestWords));
        if (verdict.Accepted)
        {
            trust.Keep(challenge.OrchestratorId, address);
        }

        return verdict;
    }

    private static Hello Hello(LinkIdentity me, LinkTranscript transcript, byte[]? tokenKey)
    {
        var tokenProof = tokenKey is null ? [] : transcript.DeviceTokenProof(tokenKey, me.PublicKey.Span);
        return new Hello
        {
            PublicKey = ByteString.CopyFrom(me.PublicKey.Span),
            Signature = ByteString.CopyFrom(me.Sign(transcript.ForDevice(tokenProof))),
            TokenProof = ByteString.CopyFrom(tokenProof),
            Name = me.Name,
            AgentVersion = AgentVersion.Current,
        };
    }

    private static Verdict? Mismatch(Challenge challenge) => challenge.ProtocolVersion == LinkProtocol.Version ? null : new Verdict
    {
        Final = true,
        Code = "version_mismatch",
        Detail = $"The dashboard ({PrintableText.Of(challenge.OrchestratorVersion, 32)}) speaks protocol {challenge.ProtocolVersion}, this agent ({AgentVersion.Current}) {LinkProtocol.Version}.",
        Remedy = challenge.ProtocolVersion > LinkProtocol.Version ? "Update this agent." : "Update the dashboard.",
    };
}
