using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>Networks as they are: an address that swallows everything, a handshake that is cut. In real time, on loopback.</summary>
public sealed class NetworkTests
{
    private static readonly User Ada = new() { Id = 7, FirstName = "Ada", Email = "ada@example.com" };

    [Fact]
    public async Task Get_FirstAddressSwallowsEverything_ConnectsByTheSecond()
    {
        await using var server = new RawHttpServer(_ => RawHttpServer.Message(Ada));
        using var hole = BlackHole.On(IPAddress.Parse("127.0.0.9"), server.Url.Port);
        using var factory = Factory(new HubTimings { Tries = 1 }, hole.Address, IPAddress.Loopback);
        var began = Stopwatch.GetTimestamp();
        Assert.Equal("ada@example.com", (await Client(factory, server.Url).Catalog.GetUserAsync(Hub.Cancelled)).Email);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(3), $"It took {Stopwatch.GetElapsedTime(began)}.");
    }

    [Fact]
    public async Task Get_FirstAddressRefuses_ConnectsByTheSecond()
    {
        await using var server = new RawHttpServer(_ => RawHttpServer.Message(Ada));
        using var factory = Factory(new HubTimings { Tries = 1 }, IPAddress.Parse("127.0.0.8"), IPAddress.Loopback);
        Assert.Equal("ada@example.com", (await Client(factory, server.Url).Catalog.GetUserAsync(Hub.Cancelled)).Email);
    }

    [Fact]
    public async Task Get_AllAddressesSwallow_IsSaidInTime()
    {
        using var one = BlackHole.On(IPAddress.Parse("127.0.0.9"), 0);
        using var two = BlackHole.On(IPAddress.Parse("127.0.0.10"), one.Port);
        using var factory = Factory(new HubTimings { Tries = 1, Connect = TimeSpan.FromSeconds(1) }, one.Address, two.Address);
        var failure = await Hub.FailureAsync(Client(factory, new Uri($"http://127.0.0.1:{one.Port}")).Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(HubFailure.Unreachable, failure.Kind);
        Assert.Contains("does not answer", failure.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NoSuchName_IsNamed()
    {
        using var factory = new QaiHubClientFactory(new HubTransport(new HubTimings { Tries = 1 }, TimeProvider.System, (_, _) => throw new SocketException((int)SocketError.HostNotFound)));
        var failure = await Hub.FailureAsync(Client(factory, new Uri("http://127.0.0.1:9")).Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Contains("no such name", failure.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Interleaved_Families_TakeTurnsInTheSystemsOrder()
    {
        IPAddress[] addresses = [.. new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1" }.Select(IPAddress.Parse)];
        Assert.Equal(["2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3"], HappyEyeballs.Interleaved(addresses).Select(a => a.ToString()));
        Assert.Empty(HappyEyeballs.Interleaved([]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Get_HandshakeIsCut_IsTriedAgainAndNotCalledUntrusted(int bytes)
    {
        await using var server = new HandshakeServer(async (stream, stop) =>
        {
            await stream.ReadExactlyAsync(new byte[5], stop);
            await stream.WriteAsync(new byte[] { 22, 3, 3, 0, 90, 2, 0 }.AsMemory(0, bytes), stop);
        });
        using var factory = new QaiHubClientFactory(TimeProvider.System, new HubTimings { Tries = 3, FirstRetry = TimeSpan.FromMilliseconds(1) });
        var failure = await Hub.FailureAsync(Client(factory, server.Url).Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(HubFailure.Unreachable, failure.Kind);
        Assert.Contains("was cut while it was being set up", failure.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task Get_CertificateNobodyTrusts_IsFinal()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using var server = new HandshakeServer(async (stream, stop) =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
            await tls.ReadExactlyAsync(new byte[1], stop);
        });
        using var factory = new QaiHubClientFactory(TimeProvider.System, new HubTimings { Tries = 3, FirstRetry = TimeSpan.FromMilliseconds(1) });
        var failure = await Hub.FailureAsync(Client(factory, server.Url).Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Contains("no certificate that this computer trusts", failure.Cause, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    private static IQaiHubClient Client(QaiHubClientFactory factory, Uri url) => factory.Create(new QaiHubConfig(url, url, Hub.Token, "the test"));

    private static QaiHubClientFactory Factory(HubTimings timings, params IPAddress[] addresses) =>
        new(new HubTransport(timings, TimeProvider.System, (_, _) => Task.FromResult(addresses)));

    /// <summary>An address whose connections are never answered: its queue is full and nobody accepts.</summary>
    private sealed class BlackHole : IDisposable
    {
        private readonly Socket _listener;
        private readonly List<Socket> _filling = [];

        private BlackHole(IPAddress address, int port)
        {
            _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(address, port));
            _listener.Listen(0);
        }

        public IPAddress Address => ((IPEndPoint)_listener.LocalEndPoint!).Address;

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public static BlackHole On(IPAddress address, int port)
        {
            var hole = new BlackHole(address, port);
            // The system takes a few into its queue; from then on a connection stays open-ended.
            for (var i = 0; i < 16; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                hole._filling.Add(socket);
                try
                {
                    socket.Connect(hole._listener.LocalEndPoint!);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                    // It goes on by itself.
                }
            }

            return hole;
        }

        public void Dispose()
        {
            _filling.ForEach(s => s.Dispose());
            _listener.Dispose();
        }
    }

    /// <summary>A server that does something with each connection and then cuts it.</summary>
    private sealed class HandshakeServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _accepting;
        private int _connections;

        public HandshakeServer(Func<NetworkStream, CancellationToken, Task> serve)
        {
            _listener.Start();
            _accepting = AcceptAsync(serve);
        }

        public int Connections => Volatile.Read(ref _connections);

        public Uri Url => new($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> serve)
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                try
                {
                    await serve(client.GetStream(), _stop.Token);
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client left.
                }
            }
        }
    }
}
