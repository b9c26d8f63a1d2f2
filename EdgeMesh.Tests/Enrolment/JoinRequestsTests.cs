using System.Net;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Enrolment;

public sealed class JoinRequestsTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.168.1.7");
    private static readonly KeyPin Authority = KeyPin.Of([1]);
    private static readonly CodeClaim Promise = new(JoinCode.Commitment([]), default);
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly Registry _registry = new();
    private readonly FakeAudit _audit = new();
    private readonly JoinRequests _requests;

    public JoinRequestsTests() => _requests = new JoinRequests(_registry, new Deeds(_audit), _time);

    [Fact]
    public async Task Approve_WhoWaits_IsAddedWithoutAToken()
    {
        Assert.Equal(JoinRequests.Answer.Waiting, Ask("One"));
        Assert.Equal(JoinRequests.Answer.Waiting, Ask("One"));
        var request = Assert.Single(_requests.Current);
        Assert.Equal(("One", "192.168.1.7"), (request.Name, request.Address));

        Assert.Null(await _requests.ApproveAsync(request.Id, TestContext.Current.CancellationToken));

        Assert.Equal((request.Id, "One", (Guid?)null), Assert.Single(_registry.Added));
        Assert.Empty(_requests.Current);
        Assert.Equal("join_request_unknown", (await _requests.ApproveAsync(request.Id, TestContext.Current.CancellationToken))!.Code);
    }

    [Fact]
    public async Task Ask_AfterARefusal_WaitsAQuarterOfAnHour()
    {
        Ask("One");
        Assert.Null(await _requests.RefuseAsync(Samples.DeviceIdOf("One")));
        Assert.Equal(JoinRequests.Answer.Refused, Ask("One"));
        _time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(JoinRequests.Answer.Waiting, Ask("One"));
    }

    [Fact]
    public void Current_WhoStoppedAsking_IsGone()
    {
        Ask("One");
        Ask("Two");
        _time.Advance(TimeSpan.FromMinutes(1.5));
        Ask("Two");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Two", Assert.Single(_requests.Current).Name);
    }

    [Fact]
    public void Ask_ManyOfThem_StayFew()
    {
        Assert.Equal(4, Enumerable.Range(0, 100).Count(i => Ask($"Same {i}") == JoinRequests.Answer.Waiting));
        for (var i = 0; i < 500; i++)
        {
            Ask($"Other {i}", new IPAddress([10, 0, (byte)(i / 256), (byte)i]));
        }

        Assert.Equal(32, _requests.Current.Length);
    }

    [Fact]
    public void Ask_ManyAddressesOfOneHost_TakeTheRoomOfOne()
    {
        Assert.Equal(4, Enumerable.Range(0, 100).Count(i => Ask($"Same {i}", IPAddress.Parse($"2001:db8:0:1::{i:x}")) == JoinRequests.Answer.Waiting));
        Assert.Equal(JoinRequests.Answer.Waiting, Ask("Kitchen"));
        Assert.Equal(5, _requests.Current.Length);
    }

    [Fact]
    public void Ask_ListIsFull_TheOldestOfTheMostCrowdedNetworkMakesRoom()
    {
        Ask("Kitchen");
        for (var i = 0; i < 31; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Ask($"Flood {i}", IPAddress.Parse($"2001:db8:0:{i / 4:x}::{i:x}"));
        }

        Assert.Equal(JoinRequests.Answer.Waiting, Ask("Garage", IPAddress.Parse("192.168.1.8")));
        var names = _requests.Current.Select(r => r.Name).ToList();
        Assert.Equal(32, names.Count);
        Assert.Contains("Kitchen", names);
        Assert.Contains("Garage", names);
        Assert.DoesNotContain("Flood 0", names);
    }

    private JoinRequests.Answer Ask(string name, IPAddress? from = null) =>
        _requests.Ask(Asked(name), [1], from ?? Here, Promise, () => Begin(Promise), out _);


    [Fact]
    public void Code_IsThereOnceTheDeviceHasShownWhatItPromised()
    {
        byte[] nonce = [.. Enumerable.Repeat((byte)7, JoinCode.Length)];
        CodeClaim promise = new(JoinCode.Commitment(nonce), default);
        _requests.Ask(Asked("One"), [1], Here, promise, () => Begin(promise), out var conversation);
        Assert.Null(Assert.Single(_requests.Current).Code);

        _requests.Ask(Asked("One"), [1], Here, promise with { Nonce = nonce }, () => Begin(promise), out var same);

        Assert.Same(conversation, same);
        Assert.Equal(JoinCode.Of(same!.Nonce, nonce, [1], "orchestrator", Authority), Assert.Single(_requests.Current).Code);
    }

    [Fact]
    public void Code_AnotherPromise_GetsAnotherNonceAndNoCode_AndNotForEver()
    {
        byte[] before = [];
        for (byte i = 0; i <= JoinCode.MaxRestarts; i++)
        {
            byte[] nonce = [.. Enumerable.Repeat(i, JoinCode.Length)];
            CodeClaim promise = new(JoinCode.Commitment(nonce), default);

            // Shown together with the promise it is worth nothing: this side's nonce must come between.
            Assert.Equal(JoinRequests.Answer.Waiting, _requests.Ask(Asked("One"), [1], Here, promise with { Nonce = nonce }, () => Begin(promise), out var conversation));
            Assert.Null(Assert.Single(_requests.Current).Code);
            Assert.NotEqual(before, conversation!.Nonce);
            before = conversation.Nonce;
        }

        Assert.Equal(JoinRequests.Answer.BeganTooOften, _requests.Ask(Asked("One"), [1], Here, new CodeClaim(JoinCode.Commitment([9]), default), () => throw new InvalidOperationException("It waits already."), out _));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(JoinRequests.Answer.Waiting, Ask("One"));
    }

    [Fact]
    public void Claim_ThatIsNotWhatWasPromised_IsNotSound()
    {
        byte[] nonce = new byte[JoinCode.Length];
        Assert.True(new CodeClaim(JoinCode.Commitment(nonce), nonce).IsSound);
        Assert.False(new CodeClaim(JoinCode.Commitment(nonce), new byte[JoinCode.Length - 1]).IsSound);
        Assert.False(new CodeClaim(JoinCode.Commitment([1]), nonce).IsSound);
        Assert.False(new CodeClaim(default, default).IsSound);
    }

    private static JoinRequest Asked(string name) => new(Samples.DeviceIdOf(name), name, "", "0.1.0", default);

    private static CodeConversation Begin(CodeClaim claim) => new(claim.Commitment, [1], "orchestrator", Authority);

    private sealed class Registry : IDeviceRegistry
    {
        public List<(DeviceId Id, string Name, Guid? Token)> Added { get; } = [];

        public Task<bool> IsKnownAsync(DeviceId id, CancellationToken cancellationToken) => Task.FromResult(Added.Exists(a => a.Id == id));

        public Task<bool> AddAsync(DeviceId id, ReadOnlyMemory<byte> publicKey, string name, LinkKind kind, Guid? joinToken, CancellationToken cancellationToken)
        {
            Added.Add((id, name, joinToken));
            return Task.FromResult(true);
        }
    }
}
