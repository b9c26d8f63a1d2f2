using System.Net;
using EdgeMesh.Agent.Discovery;

namespace EdgeMesh.Tests.Agent.Discovery;

public sealed class ServiceCollectorTests
{
    private static readonly MeshService Service = MeshService.Create("Home mesh", "edgemesh-k7qm", 8443, "orchestrator-id", "fingerprint");
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("fe80::1"), IPAddress.Parse("fd00::20"), IPAddress.Parse("192.168.1.20")];

    [Fact]
    public void Found_SeveralAddresses_PrefersIPv4AndKeepsTheInterfaceOfLinkLocalOnes()
    {
        var collector = new ServiceCollector();
        collector.Add(new ServiceResponder(Service).Announcement(Addresses), scope: 3);
        Assert.Equal(["192.168.1.20", "fd00::20", "fe80::1%3"], Assert.Single(collector.Found()).Addresses.Select(a => a.ToString()));
    }

    [Fact]
    public void Found_Goodbye_IsGone()
    {
        var collector = new ServiceCollector();
        var responder = new ServiceResponder(Service);
        collector.Add(responder.Announcement(Addresses));
        collector.Add(responder.Announcement(Addresses, goodbye: true));
        Assert.Empty(collector.Found());
    }

    [Fact]
    public void Found_NoFingerprintOrPlace_IsNotListed()
    {
        var collector = new ServiceCollector();
        collector.Add(new DnsMessage { IsResponse = true, Answers = [Service.Pointer, Service.Location, Service.Text with { Strings = ["v=1", "id=x"] }, .. Service.Addresses(Addresses)] });
        Assert.Empty(collector.Found());
        collector.Add(new DnsMessage { IsResponse = true, Answers = [Service.Text] });
        Assert.Single(collector.Found());
    }

    [Fact]
    public void Found_ControlCharacters_NeverReachATerminal()
    {
        var collector = new ServiceCollector();
        collector.Add(new ServiceResponder(Service with { Instance = "Home\u001b[2Jmesh" }).Announcement(Addresses));
        Assert.Equal("Home[2Jmesh", Assert.Single(collector.Found()).Name);
    }

    [Fact]
    public void Add_AFlood_StaysBounded()
    {
        var collector = new ServiceCollector();
        for (var i = 0; i < 2_000; i++)
        {
            collector.Add(new ServiceResponder(Service with { Instance = $"Mesh {i}" }).Announcement(Addresses));
        }

        Assert.InRange(collector.Found().Length, 1, 512);
        Assert.InRange(collector.Known.Length, 1, 32);
    }
}
