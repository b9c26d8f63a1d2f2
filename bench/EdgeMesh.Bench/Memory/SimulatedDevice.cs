using System.Net.WebSockets;
using System.Security.Cryptography;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Trust;

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
        await device.ProveAsync(dashboard, token, name, cancellationToken);
        _ = device.ServeAsync(listener, cancellationToken);
        return device;
    }

    public void Dispose() => _socket.Dispose();

    private async Task ProveAsync(Uri dashboard, string token, string name, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var directory = new TemporaryDirectory();
        var orchestrator = JoinTicket.TryParse(token, out var ticket, out _) ? ticket.OrchestratorId : null;
        LinkIdentity me = new(key.ExportSubjectPublicKeyInfo(), message => key.SignData(message, HashAlgorithmName.SHA256), ticket?.Secret ?? token, name);
        var verdict = await LinkProof.ProveAsync(_socket, dashboard, null, me, new LinkTrust(orchestrator, new DeviceCertificateStore(directory["device"])), static _ => null, cancellationToken);
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
