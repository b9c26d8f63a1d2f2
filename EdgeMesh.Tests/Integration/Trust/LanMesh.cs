using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;
using Google.Protobuf;

namespace EdgeMesh.Tests.Integration.Trust;

/// <summary>A real dashboard with its TLS port open, and devices that reach it there.</summary>
public sealed class LanMesh : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private LanMesh(DashboardProcess dashboard, TemporaryDirectory directory, JsonElement lan)
    {
        (Dashboard, _directory) = (dashboard, directory);

        // A machine without a network still has itself.
        var first = lan.GetProperty("addresses").EnumerateArray().Select(a => a.GetString()!).FirstOrDefault();
        Address = new Uri(first ?? $"https://127.0.0.1:{lan.GetProperty("port").GetInt32()}");
    }

    public DashboardProcess Dashboard { get; }

    /// <summary>Of the TLS port, by an address of the network when there is one.</summary>
    public Uri Address { get; }

    public string this[string name] => _directory[name];

    public static async Task<LanMesh> StartAsync(params (string Key, string Value)[] settings)
    {
        TemporaryDirectory directory = new();
        var dashboard = await DashboardProcess.StartAsync(
            directory["data"], settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value), 0, "--no-embedded-device", "--lan", "--lan-port", "0");
        return new LanMesh(dashboard, directory, await dashboard.GetAsync("/api/lan"));
    }

    /// <summary>A fresh ticket that names the TLS port only.</summary>
    public async Task<JoinTicket> TicketAsync()
    {
        Assert.True(JoinTicket.TryParse(await Dashboard.JoinTokenAsync(), out var ticket, out _));
        return ticket with { Addresses = [Address] };
    }

    /// <summary>A real agent process.</summary>
    public ChildProcess StartAgent(string name, string? token, Uri? address = null, string? data = null, IEnumerable<string>? more = null)
    {
        List<string> arguments = ["run", "--name", name, "--data", data ?? _directory[name]];
        arguments.AddRange(token is null ? [] : ["--token", token]);
        arguments.AddRange(address is null ? [] : ["--orchestrator", address.ToString()]);
        return ChildProcess.Start(BuiltPrograms.Agent, [.. arguments, .. more ?? []]);
    }

    /// <summary>A real agent process that has joined with a ticket and is online.</summary>
    public async Task<ChildProcess> JoinAsync(string name)
    {
        var agent = StartAgent(name, (await TicketAsync()).ToString());
        await OnlineAsync(name);
        return agent;
    }

    public Task OnlineAsync(string name) => Dashboard.DeviceAsync(name, d => d.GetProperty("state").GetString() == "Online" && d.GetProperty("runtimes").GetArrayLength() > 0);

    /// <summary>A device of this process: a key and what it holds of the mesh.</summary>
    public TestDevice NewDevice(string name) => new(_directory[name], name);

    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>The device's side of joining and linking without the rest of an agent.</summary>
public sealed class TestDevice : IDisposable
{
    public TestDevice(string directory, string name)
    {
        Key = DeviceKey.Open(directory);
        Store = new DeviceCertificateStore(directory);
        Enroller = new Enroller(Key, Store, new AgentOptions(directory, name, [], null), TimeProvider.System);
    }

    public DeviceKey Key { get; }

    public DeviceCertificateStore Store { get; }

    public Enroller Enroller { get; }

    public async Task<MeshMembership> JoinAsync(JoinTicket ticket)
    {
        // As the agent does: a refusal that is not final is asked about again.
        EnrolResult? last = null;
        var result = await Until.NotNullAsync(
            "the dashboard to decide", async () => (last = await Enroller.EnrolAsync(ticket, TestContext.Current.CancellationToken)) is EnrolResult.Refused { Final: false } ? null : last);
        return result is EnrolResult.Enrolled enrolled ? enrolled.Membership : throw new InvalidOperationException($"Not joined: {result}");
    }

    public async Task<Problem> RefusedAsync(JoinTicket ticket) =>
        Assert.IsType<EnrolResult.Refused>(await Enroller.EnrolAsync(ticket, TestContext.Current.CancellationToken)).Problem;

    /// <summary>Dials with this certificate (none: shows none) and proves the key; returns what the dashboard says to it.</summary>
    public async Task<Verdict> DialAsync(Uri address, MeshMembership membership, X509Certificate2? certificate)
    {
        using var roots = membership.Roots();
        KeyPin? server = null;
        using HttpMessageInvoker http = new(MeshTls.CreateHandler(roots.Items, certificate, pin => server = pin));
        using ClientWebSocket socket = new();
        socket.Options.SetRequestHeader("Host", $"{MeshNames.Server}:{address.Port}");
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "wss", Path = "/agent/link" }.Uri, http, TestContext.Current.CancellationToken);
        return await LinkProof.ProveAsync(
            socket, address, server!.Value, LinkIdentity.Of(Key, "", "Test"), new LinkTrust(membership.OrchestratorId, Store), static _ => null, TestContext.Current.CancellationToken);
    }

    /// <summary>The certificate of a membership with this device's key.</summary>
    public X509Certificate2 Own(MeshMembership membership)
    {
        using var bare = X509CertificateLoader.LoadCertificate(membership.Certificate);
        return Key.Attach(bare);
    }

    /// <summary>A certificate for this very key, issued by a CA that the mesh does not know.</summary>
    public X509Certificate2 Foreign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority = new("CN=EdgeMesh CA of somebody else", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var issuer = authority.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        CertificateRequest request = new(new X500DistinguishedName($"CN={Key.Id}"), PublicKey.CreateFromSubjectPublicKeyInfo(Key.PublicKey.Span, out _), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(MeshNames.DeviceUse)], false));
        using var bare = request.Create(issuer, now.AddMinutes(-5), now.AddHours(1), [1, 2, 3]);
        return Key.Attach(bare);
    }

    public void Dispose() => Key.Dispose();
}
