using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>One host opens thousands of connections and says nothing: the dashboard, and an agent that listens, serve everybody else meanwhile and afterwards.</summary>
[Collection(MeshTests.Name)]
public sealed class FloodTests
{
    private const int PerAddress = 128;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(20_000, 5_000)]
    [InlineData(2_048, 3_000)]
    public async Task Dashboard_IdleConnectionsOfOneHost_ServesTheOthers(int files, int connections)
    {
        await using var mesh = await LabMesh.StartWithFilesAsync(files);
        var (attacker, kitchen) = (await mesh.AddHostAsync("10.77.0.66"), await mesh.AddHostAsync("10.77.0.2"));
        await using var agent = kitchen.Start(BuiltPrograms.Agent, ["run", "--token", await mesh.Dashboard.JoinTokenAsync(), "--name", "Kitchen", "--data", mesh["Kitchen"]]);
        await mesh.OnlineAsync("Kitchen");
        using var browser = Browser(kitchen);
        await ServesAsync(mesh, browser);

        using var flood = await Flood.OpenAsync(attacker, IPEndPoint.Parse("10.77.0.1:8443"), connections);
        await ServesAsync(mesh, browser);
        Assert.Equal(connections, flood.Reached);
        await Until.TrueAsync("all but those of one address to be cut off", () => flood.Open <= PerAddress, Soon);

        // Again and again, as fast as it goes.
        for (var round = 0; round < 3; round++)
        {
            using var more = await Flood.OpenAsync(attacker, IPEndPoint.Parse("10.77.0.1:8443"), 500);
            await ServesAsync(mesh, browser);
        }

        Assert.Equal("Online", LabMesh.State(await mesh.DeviceAsync("Kitchen")));
        Assert.Contains("10.77.0.66", mesh.Dashboard.Process.Output, StringComparison.Ordinal);
        Assert.InRange(mesh.Dashboard.Process.Output.Split("refused since").Length - 1, 1, 5);

        flood.Dispose();
        await ServesAsync(mesh, browser);
        using var late = Browser(attacker);
        await Until.TrueAsync("the attacker's own place", async () => await AnswersAsync(late), Soon);
    }

    [Fact]
    public async Task Agent_ThatListens_OutlivesThreeThousandConnections()
    {
        await using var mesh = await LabMesh.StartAsync();
        var (attacker, kitchen) = (await mesh.AddHostAsync("10.77.0.66"), await mesh.AddHostAsync("10.77.0.2"));
        await using var agent = ChildProcess.Start(
            BuiltPrograms.Agent, ["run", "--token", await mesh.Dashboard.JoinTokenAsync(), "--name", "Kitchen", "--data", mesh["Kitchen"], "--listen", "9600"], null,
            [.. kitchen.Prefix, "prlimit", "--nofile=1024", "--"]);
        await mesh.OnlineAsync("Kitchen");

        for (var round = 0; round < 2; round++)
        {
            using var flood = await Flood.OpenAsync(attacker, IPEndPoint.Parse("10.77.0.2:9600"), 3_000);
            Assert.Equal(3_000, flood.Reached);
            await Until.TrueAsync("all but a few to be cut off", () => flood.Open <= 16, Soon);
            var job = await mesh.Dashboard.EndedAsync(await mesh.Dashboard.SubmitAsync(new { kind = "echo", text = "hello" }), LabMesh.Patience);
            Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        }

        Assert.False(agent.HasExited, agent.Output);
        Assert.Equal("Online", LabMesh.State(await mesh.DeviceAsync("Kitchen")));
        Assert.Contains("10.77.0.66", agent.Output, StringComparison.Ordinal);
    }

    private static async Task ServesAsync(LabMesh mesh, HttpClient browser)
    {
        var began = Stopwatch.GetTimestamp();
        Assert.True(await AnswersAsync(browser), $"another host was not served; the dashboard printed:\n{mesh.Dashboard.Process.Output}");
        Assert.Equal("Online", LabMesh.State(await mesh.DeviceAsync("Kitchen")));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        TestContext.Current.SendDiagnosticMessage($"served another host and loopback in {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
    }

    // A connection of its own each time.
    private static async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { ConnectionClose = true } }, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static HttpClient Browser(LabHost host) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) => await host.ConnectAsync(context.DnsEndPoint, cancellationToken),
#pragma warning disable CA5359 // Whether it is served is asked, not by whom.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    })
    {
        BaseAddress = new Uri("https://10.77.0.1:8443"),
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Sockets that were connected and say nothing.</summary>
    private sealed class Flood : IDisposable
    {
        private readonly Socket[] _sockets;

        private Flood(Socket[] sockets) => _sockets = sockets;

        /// <summary>Those that the other side took, if only to cut them off.</summary>
        public int Reached { get; private init; }

        /// <summary>Those that the other side has not closed.</summary>
        public int Open => _sockets.Count(s => s.Connected && !s.Poll(0, SelectMode.SelectRead));

        public static async Task<Flood> OpenAsync(LabHost from, IPEndPoint to, int count)
        {
            var sockets = from.Inside(() => Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray());
            var reached = 0;
            await Parallel.ForEachAsync(sockets, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (socket, cancellationToken) =>
            {
                try
                {
                    await socket.ConnectAsync(to, cancellationToken);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
                {
                    // It was cut off already. A port that nobody listens on any more refuses instead.
                }

                Interlocked.Increment(ref reached);
            });
            return new Flood(sockets) { Reached = reached };
        }

        public void Dispose() => Array.ForEach(_sockets, s => s.Dispose());
    }
}
