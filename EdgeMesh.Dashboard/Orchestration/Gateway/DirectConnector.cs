using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Trust;
using Grpc.Net.Client;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>Opens channels to devices that listen: this side shows the mesh's server certificate, the other must show that device's own.</summary>
public sealed class DirectConnector
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(5);
    private readonly MeshAuthority _authority;
    private readonly ServerCertificate _mine;
    private readonly string _name;

    internal DirectConnector(MeshAuthority authority, ServerCertificate mine, OrchestratorKey me)
    {
        (_authority, _mine) = (authority, mine);
        _name = MeshNames.DirectOf(me.Id);
    }

    /// <summary>A channel to this device at this address; nothing is connected until the first call. The caller disposes of it.</summary>
    public GrpcChannel Open(DeviceId device, IPEndPoint address) => GrpcChannel.ForAddress($"https://{_name}", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = 1024 * 1024,
            ConnectTimeout = ConnectWithin,
            KeepAlivePingDelay = Ping,
            KeepAlivePingTimeout = Ping,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (_, cancellation) => ConnectAsync(address, cancellation),
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = _mine.For(null),
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 certificate && IsOf(device, certificate),
            },
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = LinkGateway.LargestReceived,
        MaxSendMessageSize = LinkGateway.LargestSent,
    });

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsOf(DeviceId device, X509Certificate2 certificate) =>
        DeviceId.FromPublicKey(certificate.PublicKey.ExportSubjectPublicKeyInfo()) == device && _authority.Judge(certificate) is null;
}
