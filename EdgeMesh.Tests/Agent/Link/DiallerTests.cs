using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Link;

/// <summary>Against a real WebSocket server; only the clock between two tries is the test's.</summary>
public sealed class DiallerTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CountedTime _time = new();
    private readonly LinkListener _listener = new();
    private FakeOrchestrator _orchestrator = null!;
    private DeviceKey _key = null!;
    private Dialler? _dialler;

    public async ValueTask InitializeAsync()
    {
        _orchestrator = await FakeOrchestrator.StartAsync();
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
        Assert.Equal((_key.Id, "Test device"), (DeviceId.FromPublicKey(hello.PublicKey.Span), hello.Name));
        Assert.True(_orchestrator.SignatureWasRight);
        Assert.True(_orchestrator.TokenWasProved);
        Assert.DoesNotContain("secret", hello.ToString(), StringComparison.Ordinal);
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
        Assert.True(_orchestrator.Hellos.Last().TokenProof.IsEmpty);
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
        Assert.True(_orchestrator.TokenWasProved);
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

        _orchestrator = await FakeOrchestrator.StartAsync(address.Port);
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

    [Theory]
    [InlineData(FakeOrchestrator.Proof.OfItsOwnKey)]
    [InlineData(FakeOrchestrator.Proof.WithTheOtherPublicKey)]
    [InlineData(FakeOrchestrator.Proof.RecordedElsewhere)]
    [InlineData(FakeOrchestrator.Proof.None)]
    public async Task Dial_ThePortWasTakenByAnother_ItGetsNothing(FakeOrchestrator.Proof shown)
    {
        await DialAsync();
        await using (await _listener.AcceptAsync(TestContext.Current.CancellationToken))
        {
            _orchestrator.CutAll();
        }

        var address = _orchestrator.Address;
        var real = _orchestrator;
        await real.DisposeAsync();

        // It has the port and the public id, and whatever it could record before.
        await using var taker = await FakeOrchestrator.StartAsync(address.Port, real, shown);
        await Until.TrueAsync("three tries", () => Step(61) && taker.Challenged >= 3);
        Assert.Empty(taker.Hellos);
        Assert.False(taker.GotProfile);
        Assert.Contains("does not have that dashboard's key", LinkStatus.Read(_directory.Path)?.Words, StringComparison.Ordinal);
        await taker.DisposeAsync();

        // The real one comes back, and is known again without a token.
        _orchestrator = await FakeOrchestrator.StartAsync(address.Port, real, FakeOrchestrator.Proof.Right);
        await Until.TrueAsync("a link", () => Step(61) && !_orchestrator.Hellos.IsEmpty);
    }

    [Fact]
    public async Task Dial_BareTokenToWhoDidNotMakeIt_ShowsNothing()
    {
        _orchestrator.Secrets.Clear();
        await DialAsync();
        await Until.TrueAsync("two tries", () => Step(61) && _orchestrator.Challenged >= 2);
        Assert.Empty(_orchestrator.Hellos);
        Assert.False(_orchestrator.GotProfile);
        Assert.Contains("did not make this token", LinkStatus.Read(_directory.Path)?.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_AnAddressOnlyOfADashboardNeverJoined_ShowsNothing()
    {
        await DialAsync(token: "");
        await Until.TrueAsync("two tries", () => Step(61) && _orchestrator.Challenged >= 2);
        Assert.Empty(_orchestrator.Hellos);
        Assert.Contains("Add a device", LinkStatus.Read(_directory.Path)?.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_RefusedWithTerminalSequences_PrintsThemNot()
    {
        _orchestrator.Verdict = new Verdict { Detail = "Go\u001b[2J\u001b]0;owned\u0007 away\u202e.", Remedy = "No\u200bw\r\n\U000e0041!", Final = true };
        await DialAsync();
        await Until.TrueAsync("an answer", () => Step(1) && _orchestrator.Answered >= 1 && LinkStatus.Read(_directory.Path) is not null);
        Assert.Equal("Refused: Go[2J]0;owned away. Now!", LinkStatus.Read(_directory.Path)?.Words);
    }

    [Fact]
    public async Task Dial_OtherProtocolVersion_SendsNoHello()
    {
        _orchestrator.ProtocolVersion = LinkProtocol.Version + 1;
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

    private Task DialAsync(Uri? address = null, string? orchestratorId = null, string token = "secret")
    {
        var options = new AgentOptions(_directory.Path, "Test device", [], null);
        DialOptions dial = new([address ?? _orchestrator.Address], token, null, orchestratorId);
        DeviceCertificateStore store = new(_directory.Path);
        _dialler = new Dialler(dial, _key, options, _listener, new MeshCredentials(dial, store, new Enroller(_key, store, options, _time), _time), store, new RenewalSignal(), new LinkClaims(), new AgentStop(), _time);
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
}
