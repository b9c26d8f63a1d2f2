using System.Net;
using EdgeMesh.Agent.Connections;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Orchestration.Gateway;

/// <summary>Agents that prove themselves and never go on take their own places only.</summary>
public sealed class HandshakeSlotsTests
{
    private readonly KeptLog<RefusalLog> _log = new();
    private readonly HandshakeSlots _slots;

    public HandshakeSlotsTests() => _slots = new HandshakeSlots(new RefusalLog(_log, new FakeTimeProvider()));

    [Theory]
    [InlineData("10.0.0.66", "10.0.0.2")]
    [InlineData("2001:db8:0:66::1", "2001:db8:0:2::1")]
    public void Enter_OneHostTakesAllItsPlaces_OthersAndThisComputerGoOn(string hostile, string other)
    {
        Assert.Equal([true, true, true, true, false], Enumerable.Range(0, 5).Select(_ => Enter(hostile)));
        Assert.True(Enter(other));
        Assert.True(Enter("127.0.0.1"));
        Assert.Contains("4 of one address", Assert.Single(_log.Lines), StringComparison.Ordinal);

        _slots.Leave(Of(hostile));
        Assert.True(Enter(hostile));
    }

    [Fact]
    public void Enter_AllAddressesOfOneIPv6Network_AreOneHost()
    {
        Assert.Equal(4, Enumerable.Range(1, 100).Count(i => Enter($"2001:db8:0:66::{i:x}")));
        Assert.True(Enter("2001:db8:0:67::1"));
    }

    [Fact]
    public void Enter_ManyNetworksTakeAllPlaces_ThisComputerGoesOn_AndTheOtherWayRound()
    {
        Assert.Equal(64, Enumerable.Range(0, 200).Count(i => Enter($"10.0.{i}.1")));
        Assert.Equal(16, Enumerable.Range(0, 100).Count(_ => Enter("127.0.0.1")));
        _slots.Leave(Of("10.0.0.1"));
        Assert.True(Enter("10.9.9.9"));
    }

    private static PeerNetwork Of(string address) => PeerNetwork.Of(IPAddress.Parse(address));

    private bool Enter(string address) => _slots.TryEnter(Of(address));
}
