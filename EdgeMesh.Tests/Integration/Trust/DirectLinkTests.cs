using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration.Trust;

/// <summary>A device that listens: reached directly by its own orchestrator, and by nobody else.</summary>
public sealed class DirectLinkTests : IAsyncLifetime
{
    private LanMesh _mesh = null!;
    private ChildProcess? _agent;
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        // Which way is faster changes from moment to moment on a busy machine.
        _mesh = await LanMesh.StartAsync(("EdgeMesh:Orchestrator:DirectUpTo", "1000"));
        try
        {
            await ListenAsync();
        }
        catch
        {
            // A failed start is not disposed of by xunit.
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_agent?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task Link_DeviceListens_TakesTheDirectWayAndRunsJobsOverIt()
    {
        await _mesh.Dashboard.DeviceAsync("Near", d => d.GetProperty("link").GetString() == "Direct", TimeSpan.FromSeconds(120));

        var job = await _mesh.Dashboard.EndedAsync(await _mesh.Dashboard.SubmitAsync(new { kind = "echo", text = "straight", options = new { count = 20 } }));

        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Equal("Online", (await _mesh.Dashboard.DevicesAsync()).Single().GetProperty("state").GetString());
    }

    [Fact]
    public async Task Connect_WithoutACertificateOfTheMesh_GetsNoFurtherThanTheHandshake()
    {
        using var stranger = _mesh.NewDevice("stranger");
        var member = await stranger.JoinAsync(await _mesh.TicketAsync());
        var name = MeshNames.DirectOf(member.OrchestratorId);

        Assert.False(await AnswersAsync(name, null));
        using var foreign = stranger.Foreign();
        Assert.False(await AnswersAsync(name, foreign));

        // A device of the same mesh is no orchestrator.
        using var own = stranger.Own(member);
        Assert.False(await AnswersAsync(name, own));
        Assert.False(await AnswersAsync("localhost", own));
        Assert.False(await AnswersAsync(MeshNames.DirectOf(new string('a', 52)), own));
    }

    /// <summary>Whether the other side goes on after the handshake (an HTTP/2 server sends its settings).</summary>
    private async Task<bool> AnswersAsync(string name, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        var at = System.Net.IPEndPoint.Parse(_address);
        await socket.ConnectAsync(at, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    ClientCertificates = certificate is null ? null : [certificate],
#pragma warning disable CA5359 // The test looks at what the server demands, not at who it is.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                TestContext.Current.CancellationToken);
            return await tls.ReadAsync(new byte[64], TestContext.Current.CancellationToken) > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private async Task ListenAsync()
    {
        _agent = _mesh.StartAgent("Near", (await _mesh.TicketAsync()).ToString(), more: ["--listen"]);
        var line = await _agent.LineAsync(l => l.StartsWith("Listens on ", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        _address = line["Listens on ".Length..].Split(' ')[0];
        await _mesh.OnlineAsync("Near");
    }
}
