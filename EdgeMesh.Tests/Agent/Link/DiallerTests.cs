using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Link;

/// <summary>Against a real WebSocket server; only the clock between two tries is the test's.</summary>
public sealed class DiallerTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CountedTime _time = new();
    private readonly LinkListener _listener = new();
    private Orchestrator _orchestrator = null!;
    private DeviceKey _key = null!;
    private Dialler? _dialler;

    public async ValueTask InitializeAsync()
    {
        _orchestrator = await Orchestrator.StartAsync();
        _key = DeviceKey.Open(_directory.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dialler is not null)
        {
            await _dialler.StopAsync(CancellationToken.None);
            _dialler.Dispose();
        }

        await _listener.DisposeAsync();
        await _orchestrator.DisposeAsync();
        _key.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Dial_Accepted_ProvesItsKeyAndServes()
    {
        await DialAsync();
        await using var connection = await _listener.AcceptAsync(TestContext.Current.CancellationToken);
        var hello = Assert.Single(_orchestrator.Hellos);
        Assert.Equal((_key.Id, "secret", "Test device"), (DeviceId.FromPublicKey(hello.PublicKey.Span), hello.JoinToken, hello.Name));
        Assert.True(_orchestrator.SignatureWasRight);
    }

    [Fact]
    public async Task Dial_LinkBreaks_LinksAgainByItselfWithoutTheToken()
    {
        await DialAsync();
        await using (await _listener.AcceptAsync(TestContext.Current.CancellationToken))
        {
            _orchestrator.CutAll();
        }

        await Until.TrueAsync("a second link", () => Step(1) && _orchestrator.Hellos.Count == 2);
        Assert.Equal("", _orchestrator.Hellos.Last().JoinToken);
        Assert.Equal(_orchestrator.Hellos.First().PublicKey, _orchestrator.Hellos.Last().PublicKey);
    }

    [Fact]
    public async Task Dial_RefusedForGood_TriesAgainOnlyAfterAMinute()
    {
        _orchestrator.Verdict = new Verdict { Detail = "The token is spent.", Remedy = "Make a new one.", Final = true };
        await DialAsync();
        await Until.TrueAsync("a first try", () => _orchestrator.Answered == 1);
        await WaitingAsync(1);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(_orchestrator.Hellos);
        _orchestrator.Verdict = new Verdict { Accepted = true };
        await Until.TrueAsync("the next try", () => Step(1) && _orchestrator.Hellos.Count >= 2);
        await using var connection = await _listener.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.Equal("secret", _orchestrator.Hellos.Last().JoinToken);
    }

    [Fact]
    public async Task Dial_NobodyThere_KeepsTryingUntilThereIs()
    {
        var address = _orchestrator.Address;
        await _orchestrator.DisposeAsync();
        await DialAsync(address);
        for (var i = 0; i < 3; i++)
        {
            await WaitingAsync(i + 1);
            _time.Advance(TimeSpan.FromSeconds(15));
        }

        _orchestrator = await Orchestrator.StartAsync(address.Port);
        await Until.TrueAsync("a link", () => Step(15) && !_orchestrator.Hellos.IsEmpty);
    }

    [Theory]
    [InlineData(503, "is busy")]
    [InlineData(429, "is busy")]
    [InlineData(0, "closed the connection")]
    [InlineData(404, "not as an EdgeMesh dashboard")]
    public async Task Dial_RefusedByHttp_NamesTheRightCause(int status, string words)
    {
        _orchestrator.Status = status;
        await DialAsync();
        await WaitingAsync(1);
        Assert.Contains(words, LinkStatus.Read(_directory.Path)?.Words, StringComparison.Ordinal);
        _orchestrator.Status = null;
        await Until.TrueAsync("a link", () => Step(15) && !_orchestrator.Hellos.IsEmpty);
    }

    [Fact]
    public async Task Dial_AnotherOrchestratorAnswers_ProvesNothingAndTakesItNotForItsOwn()
    {
        var wanted = _key.Id.Value; // any id in its form
        await DialAsync(orchestratorId: wanted);
        await Until.TrueAsync("two tries", () => Step(61) && _orchestrator.Challenged >= 2);
        Assert.Empty(_orchestrator.Hellos);
        Assert.Equal(wanted, _dialler!.OrchestratorId);
    }

    [Fact]
    public async Task Dial_OtherProtocolVersion_SendsNoHello()
    {
        _orchestrator.ProtocolVersion = LinkSignature.ProtocolVersion + 1;
        await DialAsync();
        await Until.TrueAsync("two tries", () => Step(61) && _orchestrator.Challenged >= 2);
        Assert.Empty(_orchestrator.Hellos);
    }

    [Fact]
    public async Task Dial_SaysNonsense_NeverEndsTheAgent()
    {
        _orchestrator.Garbage = true;
        await DialAsync();
        await Until.TrueAsync("three tries", () => Step(15) && _orchestrator.Challenged >= 3);
        _orchestrator.Garbage = false;
        await Until.TrueAsync("a link", () => Step(15) && !_orchestrator.Hellos.IsEmpty);
    }

    private bool Step(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return true;
    }

    // The dialler is between two tries once it has set its timer.
    private Task WaitingAsync(int tries) => Until.TrueAsync("the dialler to wait", () => _time.Timers >= tries);

    private Task DialAsync(Uri? address = null, string? orchestratorId = null)
    {
        var options = new AgentOptions(_directory.Path, "Test device", [], null);
        DialOptions dial = new([address ?? _orchestrator.Address], "secret", null, orchestratorId);
        DeviceCertificateStore store = new(_directory.Path);
        _dialler = new Dialler(dial, _key, options, _listener, new MeshCredentials(dial, store, new Enroller(_key, store, options, _time), _time), new RenewalSignal(), new LinkClaims(), _time);
        return _dialler.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Time that stands, and how many timers were set on it.</summary>
    private sealed class CountedTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }

    /// <summary>The other side of the handshake.</summary>
    private sealed class Orchestrator : IAsyncDisposable
    {
        private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(32);
        private readonly ConcurrentBag<WebSocket> _open = [];
        private readonly WebApplication _app;
        private int _challenged;
        private int _answered;

        private Orchestrator(WebApplication app) => _app = app;

        public Uri Address => new(_app.Urls.First());

        public ConcurrentQueue<Hello> Hellos { get; } = new();

        public bool SignatureWasRight { get; private set; }

        public Verdict Verdict { get; set; } = new() { Accepted = true };

        public int ProtocolVersion { get; set; } = LinkSignature.ProtocolVersion;

        public bool Garbage { get; set; }

        /// <summary>Answered instead of a WebSocket; 0 cuts the connection.</summary>
        public int? Status { get; set; }

        public int Challenged => Volatile.Read(ref _challenged);

        public int Answered => Volatile.Read(ref _answered);

        public static async Task<Orchestrator> StartAsync(int port = 0)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
            var app = builder.Build();
            var orchestrator = new Orchestrator(app);
            app.UseWebSockets();
            app.Map("/agent/link", orchestrator.AcceptAsync);
            await app.StartAsync();
            return orchestrator;
        }

        public void CutAll()
        {
            foreach (var socket in _open)
            {
                socket.Abort();
            }
        }

        public async ValueTask DisposeAsync()
        {
            CutAll();
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }

        private async Task AcceptAsync(HttpContext context)
        {
            if (Status is { } status)
            {
                context.Response.StatusCode = status;
                if (status == 0)
                {
                    context.Abort();
                }

                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            _open.Add(socket);
            try
            {
                Interlocked.Increment(ref _challenged);
                if (Garbage)
                {
                    await socket.SendAsync("hello?"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                    return;
                }

                await LinkMessages.SendAsync(
                    socket, new Challenge { ProtocolVersion = ProtocolVersion, Nonce = ByteString.CopyFrom(_nonce), OrchestratorId = "orchestrator" }, context.RequestAborted);
                var hello = await LinkMessages.ReceiveAsync(socket, Hello.Parser, context.RequestAborted);
                using var key = ECDsa.Create();
                key.ImportSubjectPublicKeyInfo(hello.PublicKey.Span, out _);
                SignatureWasRight = key.VerifyData(LinkSignature.Message(_nonce, "orchestrator", hello.JoinToken), hello.Signature.Span, HashAlgorithmName.SHA256);
                Hellos.Enqueue(hello);
                await LinkMessages.SendAsync(socket, Verdict, context.RequestAborted);
                Interlocked.Increment(ref _answered);
                if (Verdict.Accepted)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            catch (Exception e) when (e is WebSocketException or InvalidDataException or OperationCanceledException)
            {
                // The dialler left.
            }
        }
    }
}
