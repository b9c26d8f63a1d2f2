using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeMesh.Agent.Link;

/// <summary>
/// A port of this device (off unless asked for) on which the orchestrators of its meshes may reach it without the tunnel. Both sides show certificates of
/// the mesh that the orchestrator names; whoever cannot never gets past the TLS handshake.
/// </summary>
public sealed class DirectListener(DeviceKey key, DeviceCertificateStore store, DirectEndpoint endpoint)
{
    /// <summary>Where it listens unless another port is asked for; the next free one when this is taken.</summary>
    public const int DefaultPort = 50051;

    private const int Tried = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Listens on this port, or on the next free one.</summary>
    public void Configure(KestrelServerOptions kestrel, int port)
    {
        endpoint.Port = Enumerable.Range(port, Tried).FirstOrDefault(IsFree);
        if (endpoint.Port == 0)
        {
            throw new DeviceKeyException($"None of the ports {port} to {port + Tried - 1} is free. Give another: --listen PORT.");
        }

        kestrel.ListenAnyIP(endpoint.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = Limit, OnConnection = context => new(Options(context)) });
        });
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
            probe.Start();
            return port <= IPEndPoint.MaxPort;
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    private SslServerAuthenticationOptions Options(TlsHandshakeCallbackContext context)
    {
        if (MeshNames.OrchestratorOf(context.ClientHelloInfo.ServerName) is not { } orchestrator || store.Find(orchestrator) is not { } membership)
        {
            throw new AuthenticationException("This device does not belong to that mesh.");
        }

        using var bare = X509CertificateLoader.LoadCertificate(membership.Certificate);
        context.Connection.Features.Set(new LinkCaller(orchestrator));
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(key.Attach(bare), null, offline: true),
            ClientCertificateRequired = true,
            CertificateChainPolicy = MeshTls.ServerPolicy(membership.Roots().Items),
        };
    }
}
