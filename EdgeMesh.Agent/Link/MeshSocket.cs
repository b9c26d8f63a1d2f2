using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Link;

/// <summary>A WebSocket to a dashboard: in the clear on this computer, by TLS with both certificates anywhere else.</summary>
public sealed class MeshSocket : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly Certificates? _roots;
    private readonly X509Certificate2? _own;
    private readonly Func<KeyPin?> _shown;

    private MeshSocket(HttpMessageInvoker http, Certificates? roots, X509Certificate2? own, Func<KeyPin?> shown)
    {
        (_http, _roots, _own, _shown) = (http, roots, own, shown);
        // When this device's address changes, nothing tells it that its connection leads nowhere: unanswered pings do.
        Socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(2);
        Socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(6);
        Socket.Options.CollectHttpResponseDetails = true;
    }

    public ClientWebSocket Socket { get; } = new();

    /// <summary>The key that the dashboard showed in TLS; null in the clear, and until it is connected.</summary>
    public KeyPin? Server => _shown();

    /// <summary>For loopback.</summary>
    public static MeshSocket CreatePlain() => new(new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }), null, null, static () => null);

    /// <summary>For TLS: shows the membership's certificate and trusts its CAs only.</summary>
    public static MeshSocket Create(MeshMembership membership, DeviceKey key, Uri address)
    {
        var roots = membership.Roots();
        using var bare = X509CertificateLoader.LoadCertificate(membership.Certificate);
        var own = key.Attach(bare);
        KeyPin? server = null;
        MeshSocket socket = new(new HttpMessageInvoker(MeshTls.CreateHandler(roots.Items, own, pin => server = pin)), roots, own, () => server);
        socket.Socket.Options.SetRequestHeader("Host", $"{MeshNames.Server}:{address.Port}");
        return socket;
    }

    /// <exception cref="HttpRequestException">The dashboard answered with its status that it is busy.</exception>
    public async Task ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        try
        {
            await Socket.ConnectAsync(new UriBuilder(address) { Scheme = scheme, Path = "/agent/link" }.Uri, _http, cancellationToken);
        }
        catch (WebSocketException e) when (EnrolProblems.IsBusy(Socket.HttpStatusCode))
        {
            throw new HttpRequestException(e.Message, e, Socket.HttpStatusCode);
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _http.Dispose();
        _own?.Dispose();
        _roots?.Dispose();
    }
}
