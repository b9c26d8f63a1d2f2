using System.Net;
using CsCheck;
using EdgeMesh.Agent.Discovery;

namespace EdgeMesh.Tests.Agent.Discovery;

/// <summary>Packets come from anybody on the network.</summary>
public sealed class DnsCodecTests
{
    private static readonly MeshService Service = MeshService.Create("Home mesh on study.pc", "edgemesh-k7qm", 8443, "orchestrator-id", "fingerprint");
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("192.168.1.20"), IPAddress.Parse("fd00::20")];

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var announcement = new ServiceResponder(Service).Announcement(Addresses);
        var read = DnsReader.Read(DnsWriter.Write(announcement))!;
        Assert.True(read.IsResponse);
        Assert.Equal(announcement.Answers.Length, read.Answers.Length);
        Assert.Equal(announcement.Answers.Select(DnsWriter.Data), read.Answers.Select(DnsWriter.Data));
        Assert.Equal(announcement.Answers.Select(a => (a.Name, a.Type, a.Ttl)), read.Answers.Select(a => (a.Name, a.Type, a.Ttl)));
        var probe = DnsReader.Read(DnsWriter.Write(new ServiceResponder(Service).Probe(Addresses)))!;
        Assert.Equal((2, 4), (probe.Questions.Length, probe.Authorities.Length));
    }

    [Fact]
    public void Read_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes => _ = DnsReader.Read(bytes), iter: 20_000);

    [Fact]
    public void Read_AnyByteOfAGoodPacketChangedOrCut_NeverThrows()
    {
        var good = DnsWriter.Write(new ServiceResponder(Service).Announcement(Addresses));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var changed = good.ToArray();
            changed[at] = value;
            _ = DnsReader.Read(changed.AsSpan(0, length));
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("C00C", "a pointer to itself")]
    [InlineData("C010", "a pointer forward")]
    [InlineData("C000", "a pointer into the header reads as the root or fails, and ends")]
    [InlineData("3F61", "a label longer than the packet")]
    [InlineData("80", "a kind of label that does not exist")]
    [InlineData("0161C00C", "a label and a pointer back to it")]
    public void Read_HostileName_EndsAndIsRefused(string name, string why)
    {
        var packet = Convert.FromHexString("000000000001000000000000" + name + "00FF0001");
        var read = DnsReader.Read(packet);
        Assert.True(read is null || (name == "C000" && read.Questions.Length == 1), why);
    }

    [Fact]
    public void Read_PointerBackwards_IsFollowed()
    {
        // Question "a.local", then a PTR record whose name is a pointer to it and whose target is "b" before a pointer to "local".
        var packet = Convert.FromHexString("000084000001000100000000" + "0161056C6F63616C00" + "000C0001" + "C00C" + "000C0001" + "00000078" + "0004" + "0162C00E");
        var read = DnsReader.Read(packet)!;
        Assert.Equal(DnsName.Parse("b.local"), Assert.IsType<PtrRecord>(Assert.Single(read.Answers)).Target);
        Assert.Equal(DnsName.Parse("A.LOCAL"), read.Answers[0].Name);
    }

    [Theory]
    [InlineData("0000040000000000", "counts that promise more than there is follow")]
    [InlineData("FFFFFFFF00000000", "65,535 questions and answers")]
    [InlineData("000000000000FFFF", "65,535 additional records")]
    public void Read_LyingCounts_AreRefusedAtOnce(string counts, string why) => Assert.True(DnsReader.Read(Convert.FromHexString("00008400" + counts)) is null, why);

    [Fact]
    public void Read_DataLongerThanItsRecord_IsRefused() =>
        Assert.Null(DnsReader.Read(Convert.FromHexString("000084000000000100000000" + "00" + "000C0001" + "00000078" + "0001" + "0161056C6F63616C00")));

    [Fact]
    public void Read_TooLong_IsRefused() => Assert.Null(DnsReader.Read(new byte[DnsReader.LongestPacket + 1]));

    [Fact]
    public void Create_LongNames_FitInALabelWithoutBrokenCharacters()
    {
        var service = MeshService.Create(string.Concat(Enumerable.Repeat("räume 🏠 ", 20)), "edgemesh-k7qm", 8443, "id", "fp");
        var read = DnsReader.Read(DnsWriter.Write(new ServiceResponder(service.Renamed(12)).Announcement(Addresses)))!;
        Assert.DoesNotContain('\uFFFD', read.Answers.OfType<SrvRecord>().Single().Name.Labels[0]);
        Assert.EndsWith(" (12)", read.Answers.OfType<SrvRecord>().Single().Name.Labels[0], StringComparison.Ordinal);
    }
}
