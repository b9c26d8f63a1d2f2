using System.Net;
using EdgeMesh.Agent.Connections;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Connections;

public sealed class PeerCountsTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::9", "2001:db8:1:3::/64")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.9.9.9", "127.0.0.1")]
    [InlineData("::1", "127.0.0.1")]
    [InlineData("::ffff:127.0.0.2", "127.0.0.1")]
    public void Network_OfAnAddress_IsWhatOneHostHas(string address, string network) => Assert.Equal(network, Of(address).ToString());

    [Fact]
    public void Enter_OneNetworkFull_LeavesOthersAndThisComputerAlone()
    {
        PeerCounts counts = new(perNetwork: 2, all: 5, loopback: 1);
        Assert.Equal([PeerLimit.None, PeerLimit.None, PeerLimit.Network], Enumerable.Range(0, 3).Select(i => counts.TryEnter(Of($"2001:db8::{i}"))));
        Assert.Equal([PeerLimit.None, PeerLimit.None, PeerLimit.None, PeerLimit.All], ((string[])["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"]).Select(a => counts.TryEnter(Of(a))));
        Assert.Equal([PeerLimit.None, PeerLimit.Loopback], ((string[])["127.0.0.1", "::1"]).Select(a => counts.TryEnter(Of(a))));
        Assert.Equal(6, counts.Open);

        counts.Leave(Of("10.0.0.1"));
        Assert.Equal(PeerLimit.None, counts.TryEnter(Of("10.0.0.3")));
        counts.Leave(Of("::1"));
        Assert.Equal(PeerLimit.None, counts.TryEnter(Of("127.0.0.1")));
    }

    [Fact]
    public void Enter_Proxy_CountsForAllOnly()
    {
        PeerCounts counts = new(perNetwork: 1, all: 3, loopback: 1);
        Assert.Equal([PeerLimit.None, PeerLimit.None, PeerLimit.None, PeerLimit.All], Enumerable.Range(0, 4).Select(_ => counts.TryEnter(Of("10.0.0.9"), isProxy: true)));
    }

    [Fact]
    public void Log_Flood_IsOneLineAMinuteThatNamesWho()
    {
        FakeTimeProvider time = new();
        KeptLog<RefusalLog> logger = new();
        RefusalLog log = new(logger, time);
        for (var i = 0; i < 10_000; i++)
        {
            log.Refused("Connections", Of($"10.0.{i % 5}.1"), "2 of one address.");
        }

        Assert.Contains("10.0.0.1 (1)", Assert.Single(logger.Lines), StringComparison.Ordinal);
        log.Refused("Pages", Of("10.0.0.1"), "Another kind.");
        Assert.Equal(2, logger.Lines.Count);

        time.Advance(TimeSpan.FromMinutes(1));
        log.Refused("Connections", Of("10.0.3.1"), "2 of one address.");
        var line = logger.Lines[^1];
        Assert.Equal(3, logger.Lines.Count);
        Assert.Contains("10000 refused", line, StringComparison.Ordinal);
        Assert.Contains("10.0.3.1 (2,001)", line, StringComparison.Ordinal);
        Assert.Contains("and 2 more", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2_048, false, 1_535, false)]
    [InlineData(2_048, false, 1_536, true)]
    [InlineData(2_048, true, 1_536, false)]
    [InlineData(2_048, true, 1_792, true)]
    [InlineData(256, false, 127, false)]
    [InlineData(256, false, 128, true)]
    [InlineData(524_288, false, 500_000, false)]
    [InlineData(null, false, 1_000_000, false)]
    public void Limits_NearTheLimitOfFiles_KeepHandlesForTheOwner(int? files, bool loopback, long handle, bool reserved) =>
        Assert.Equal(reserved, new ConnectionLimits { PerNetwork = 1, All = 1, Loopback = 1, Files = files }.IsReserved(loopback, handle));

    [Fact]
    public void Files_OfThisProcess_AreKnownOnUnix()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        var line = File.ReadLines("/proc/self/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        Assert.Equal(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], OpenFiles.Limit?.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static PeerNetwork Of(string address) => PeerNetwork.Of(IPAddress.Parse(address));
}
