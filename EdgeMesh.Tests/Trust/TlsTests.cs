using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Trust;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Trust;

/// <summary>The TLS port by real sockets.</summary>
public sealed class TlsTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handshake_ByName_AsksOnlyAgentsForACertificate()
    {
        await using var host = await StartAsync();
        var browser = await HandshakeAsync(host, "127.0.0.1", withOwn: true);
        var agent = await HandshakeAsync(host, MeshNames.Server, withOwn: true);
        Assert.False(browser.Mutual);
        Assert.True(agent.Mutual);

        // Both show the same key, whose pin is told.
        var pin = Lan(host).Current.ServerPin;
        Assert.Equal((pin, pin), (MeshNames.PinOf(browser.Server), MeshNames.PinOf(agent.Server)));
    }

    [Fact]
    public async Task Certificate_HasTheAddressThatWasDialledAndStaysForTheNext()
    {
        await using var host = await StartAsync();
        var first = await HandshakeAsync(host, "", IPAddress.Parse("127.0.0.1"));

        // An address that the certificate did not have yet: one that "appeared later".
        var late = await HandshakeAsync(host, "", IPAddress.Parse("127.9.8.7"));
        var again = await HandshakeAsync(host, "", IPAddress.Parse("127.0.0.1"));

        Assert.DoesNotContain("127.9.8.7", Addresses(first.Server));
        Assert.Contains("127.9.8.7", Addresses(late.Server));
        Assert.Contains("127.0.0.1", Addresses(late.Server));
        Assert.Equal(late.Server.SerialNumber, again.Server.SerialNumber);
        Assert.Equal(MeshNames.PinOf(first.Server), MeshNames.PinOf(late.Server));
    }

    [Fact]
    public async Task Client_OfTheMeshesCa_TrustsTheServerAndNoDeviceInItsPlace()
    {
        await using var host = await StartAsync();
        var authority = host.App.Services.GetRequiredService<MeshAuthority>();
        using HttpClient http = new(MeshTls.CreateHandler(authority.Roots)) { BaseAddress = Address(host) };
        http.DefaultRequestHeaders.Host = $"{MeshNames.Server}:{Address(host).Port}";
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri("/agent/nothing", UriKind.Relative), Test)).StatusCode);

        // A device that plays the server with the certificate it was given.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = authority.IssueDevice(new PublicKey(key)).Certificate.CopyWithPrivateKey(key);
        using TcpListener fake = new(IPAddress.Loopback, 0);
        fake.Start();
        var serving = ServeOnceAsync(fake, own);
        using HttpClient victim = new(MeshTls.CreateHandler(authority.Roots)) { BaseAddress = new Uri($"https://127.0.0.1:{((IPEndPoint)fake.LocalEndpoint).Port}") };
        victim.DefaultRequestHeaders.Host = MeshNames.Server;
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => victim.GetAsync(new Uri("/agent/enrol", UriKind.Relative), Test));
        Assert.Equal(HttpRequestError.SecureConnectionError, refused.HttpRequestError);
        await serving;
    }

    [Fact]
    public async Task Switch_WhileRunning_OpensAndClosesThePortAndIsKept()
    {
        await using var host = await ApiFakesHost.StartAsync(settings: ("EdgeMesh:Lan:Port", "0"));
        Assert.False(Lan(host).Current.Enabled);
        var (_, closed) = await host.SendAsync(HttpMethod.Get, "/api/lan");
        Assert.False(closed.GetProperty("open").GetBoolean());

        var (opened, body) = await host.SendAsync(HttpMethod.Post, "/api/lan/open");
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        Assert.True(body.GetProperty("open").GetBoolean());
        using var client = Trusting(host);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/healthz", UriKind.Relative), Test)).StatusCode);
        Assert.Contains("true", await File.ReadAllTextAsync(Path.Combine(host.Data, "lan.json"), Test), StringComparison.Ordinal);

        await host.SendAsync(HttpMethod.Post, "/api/lan/close");
        using var other = Trusting(host);
        await Assert.ThrowsAsync<HttpRequestException>(() => other.GetAsync(new Uri("/healthz", UriKind.Relative), Test));

        // The loopback endpoint never noticed.
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/api/devices")).Answer.StatusCode);
    }

    [Fact]
    public async Task Switch_PortOfAnotherProgram_IsSaidInWords()
    {
        using TcpListener taken = new(IPAddress.IPv6Any, 0);
        taken.Server.DualMode = true;
        taken.Start();
        await using var host = await ApiFakesHost.StartAsync(settings: ("EdgeMesh:Lan:Port", $"{((IPEndPoint)taken.LocalEndpoint).Port}"));
        var (answer, problem) = await host.SendAsync(HttpMethod.Post, "/api/lan/open");
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("lan_port_taken", problem.GetProperty("code").GetString());
        Assert.False(Lan(host).Current.Enabled);
    }

    [Fact]
    public async Task Switch_WhenTheCommandLineDecides_IsRefused()
    {
        await using var host = await StartAsync();
        var (answer, problem) = await host.SendAsync(HttpMethod.Post, "/api/lan/close");
        Assert.Equal((HttpStatusCode.Conflict, "lan_fixed"), (answer.StatusCode, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Session_OverTls_HasASecureCookieAndHstsOnlyForOurOwnName()
    {
        await using var host = await StartAsync(("EdgeMesh:Hosts:0", "mesh.example"));
        using var client = Trusting(host);
        using var login = await client.GetAsync(new Uri($"/login?t={host.StartToken}", UriKind.Relative), Test);
        var cookie = login.Headers.GetValues("Set-Cookie").First();
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.False(login.Headers.Contains("Strict-Transport-Security"));

        using HttpRequestMessage named = new(HttpMethod.Get, "/healthz") { Headers = { Host = "mesh.example" } };
        Assert.True((await client.SendAsync(named, Test)).Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("evil.example", "/healthz")]
    [InlineData(MeshNames.Server, "/healthz")]
    [InlineData(MeshNames.Server, "/api/devices")]
    public async Task Host_OverTls_OfAnotherName_IsRefused(string name, string path)
    {
        await using var host = await StartAsync();
        using var client = Trusting(host);
        using HttpRequestMessage request = new(HttpMethod.Get, path) { Headers = { Host = name } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await client.SendAsync(request, Test)).StatusCode);
    }

    [Theory]
    [InlineData(false, "mesh.example", HttpStatusCode.OK, false)]
    [InlineData(true, "mesh.example", HttpStatusCode.OK, true)]
    [InlineData(true, "evil.example", HttpStatusCode.OK, true)]
    public async Task ForwardedHeaders_CountOnlyFromANamedProxyForAKnownName(bool named, string forwardedHost, HttpStatusCode status, bool believed)
    {
        (string, string)[] settings = named ? [("EdgeMesh:Hosts:0", "mesh.example"), ("EdgeMesh:Lan:TrustedProxies:0", "127.0.0.0/8")] : [("EdgeMesh:Hosts:0", "mesh.example")];
        await using var host = await ApiFakesHost.StartAsync(settings: settings);
        using HttpRequestMessage request = new(HttpMethod.Get, $"/login?t={host.StartToken}");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Host", forwardedHost);
        var (answer, _) = await host.SendAsync(request, host.Anonymous);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(believed, answer.Headers.GetValues("Set-Cookie").First().Contains("; secure", StringComparison.OrdinalIgnoreCase));

        // Nobody becomes somebody by them.
        using HttpRequestMessage forged = new(HttpMethod.Get, "/api/devices");
        forged.Headers.Add("X-Forwarded-For", "127.0.0.1");
        forged.Headers.Add("Forwarded", "for=127.0.0.1;host=localhost");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(forged, host.Anonymous)).Answer.StatusCode);
    }

    [Fact]
    public async Task LoginLink_WorksOnceAndEndsWithItsKey()
    {
        await using var host = await StartAsync();
        var (id, _) = await host.NewKeyAsync("phone");
        var link = host.App.Services.GetRequiredService<ILoginLinks>().Create(id);
        using var session = await host.LoggedInAsync(link.Token);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/api/devices", client: session)).Answer.StatusCode);

        using var again = await host.Anonymous.GetAsync(new Uri($"/login?t={link.Token}", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        await host.SendAsync(HttpMethod.Delete, $"/api/keys/{id}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/api/devices", client: session)).Answer.StatusCode);
    }

    [Fact]
    public async Task OwnCertificate_IsShownToBrowsersAndTheMeshesToAgents()
    {
        using EdgeMesh.Tests.Support.TemporaryDirectory directory = new();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=mesh.example", key, HashAlgorithmName.SHA256);
        using var own = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await File.WriteAllTextAsync(directory["own.pem"], own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem(), Test);
        await using var host = await StartAsync(("EdgeMesh:Lan:CertificatePath", directory["own.pem"]));

        Assert.Equal(own.SerialNumber, (await HandshakeAsync(host, "mesh.example")).Server.SerialNumber);
        Assert.Equal(host.App.Services.GetRequiredService<MeshAuthority>().ServerPin, MeshNames.PinOf((await HandshakeAsync(host, MeshNames.Server)).Server));
    }

    private static Task<ApiFakesHost> StartAsync(params (string Key, string Value)[] settings) =>
        ApiFakesHost.StartAsync(settings: [("EdgeMesh:Lan:Enabled", "true"), ("EdgeMesh:Lan:Port", "0"), .. settings]);

    private static ILanAccess Lan(ApiFakesHost host) => host.App.Services.GetRequiredService<ILanAccess>();

    private static Uri Address(ApiFakesHost host) => new($"https://127.0.0.1:{Lan(host).Current.Port}");

    private static HttpClient Trusting(ApiFakesHost host) => new(MeshTls.CreateUntrustingHandler()) { BaseAddress = Address(host) };

    private static async Task<(bool Mutual, X509Certificate2 Server)> HandshakeAsync(ApiFakesHost host, string name, IPAddress? address = null, bool withOwn = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=any", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using TcpClient tcp = new();
        await tcp.ConnectAsync(address ?? IPAddress.Loopback, Lan(host).Current.Port, Test);
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = name,
#pragma warning disable CA5359 // What is shown is the test's subject.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                ClientCertificates = withOwn ? [own] : [],
            },
            Test);

        // TLS 1.3: the client's certificate follows the server's; a first answer says that all went well.
        await tls.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), Test);
        Assert.True(await tls.ReadAsync(new byte[16], Test) > 0);
        return (tls.IsMutuallyAuthenticated, X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData()));
    }

    private static async Task ServeOnceAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var tcp = await listener.AcceptTcpClientAsync(Test);
        await using SslStream tls = new(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            _ = await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Test);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client left, as it should.
        }
    }

    private static List<string> Addresses(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateIPAddresses().Select(a => a.ToString())];
}
