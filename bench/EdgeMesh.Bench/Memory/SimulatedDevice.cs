using System.Net.WebSockets;
using System.Security.Cryptography;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Bench.Memory;

/// <summary>A device with a key of its own that dials the real dashboard, proves the key, and serves gRPC over the dialled connection.</summary>
internal sealed class SimulatedDevice : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    public static async Task<SimulatedDevice> JoinAsync(Uri dashboard, string token, string name, LinkListener listener, CancellationToken cancellationToken)
    {
        var device = new SimulatedDevice();
        var address = new UriBuilder(dashboard) { Scheme = "ws", Path = "/agent/link" }.Uri;
        await device._socket.ConnectAsync(address, cancellationToken);
        await device.ProveAsync(token, name, cancellationToken);
        _ = device.ServeAsync(listener, cancellationToken);
        return device;
    }

    public void Dispose() => _socket.Dispose();

    private async Task ProveAsync(string token, string name, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var challenge = await LinkMessages.ReceiveAsync(_socket, Challenge.Parser, cancellationToken);
        var signed = LinkSignature.Message(challenge.Nonce.Span, challenge.OrchestratorId, token);
        var hello = new Hello
        {
            ProtocolVersion = LinkSignature.ProtocolVersion,
            PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()),
            Signature = ByteString.CopyFrom(key.SignData(signed, HashAlgorithmName.SHA256)),
            JoinToken = token,
            Name = name,
            AgentVersion = "0.1.0",
        };
        await LinkMessages.SendAsync(_socket, hello, cancellationToken);
        var verdict = await LinkMessages.ReceiveAsync(_socket, Verdict.Parser, cancellationToken);
        if (!verdict.Accepted)
        {
            throw new InvalidOperationException($"{name} was refused: {verdict.Detail}");
        }
    }

    private async Task ServeAsync(LinkListener listener, CancellationToken cancellationToken)
    {
        await using var stream = WebSocketStream.Create(_socket, WebSocketMessageType.Binary, ownsWebSocket: false);
        await listener.ServeAsync(DuplexPipe.Over(stream), cancellationToken);
    }
}
