using System.Net;
using EdgeMesh.Agent.Discovery;

namespace EdgeMesh.Tests.Agent.Discovery;

public sealed class ServiceResponderTests
{
    private static readonly MeshService Service = MeshService.Create("Home mesh", "edgemesh-k7qm", 8443, "orchestrator-id", "fingerprint");
    private static readonly ServiceResponder Responder = new(Service);
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("192.168.1.20")];
    private static readonly DnsQuestion WhoIsThere = new(MeshService.Type, DnsType.Ptr);

    [Fact]
    public void Answer_WhoIsThere_SaysAllThatIsNeededToDial()
    {
        var answer = Responder.Answer(new DnsMessage { Questions = [WhoIsThere] }, Addresses)!;
        var collector = new ServiceCollector();
        collector.Add(DnsReader.Read(DnsWriter.Write(answer))!);
        var found = Assert.Single(collector.Found());
        Assert.Equal(("Home mesh", "orchestrator-id", "fingerprint"), (found.Name, found.Id, found.Fingerprint));
        Assert.Equal(new Uri("https://192.168.1.20:8443"), Assert.Single(found.Urls));
    }

    [Fact]
    public void Answer_ServicesOfAnyKind_NamesOurs()
    {
        var answer = Responder.Answer(new DnsMessage { Questions = [new DnsQuestion(MeshService.AllTypes, DnsType.Ptr)] }, Addresses)!;
        Assert.Equal(MeshService.Type, Assert.IsType<PtrRecord>(Assert.Single(answer.Answers)).Target);
    }

    [Fact]
    public void Answer_AskerKnowsIt_IsSilent()
    {
        var fresh = new DnsMessage { Questions = [WhoIsThere], Answers = [Service.Pointer] };
        Assert.Null(Responder.Answer(fresh, Addresses));
        var old = fresh with { Answers = [Service.Pointer with { Ttl = 10 }] };
        Assert.NotNull(Responder.Answer(old, Addresses));
        var other = fresh with { Answers = [Service.Pointer with { Target = MeshService.Type.Under("Other mesh") }] };
        Assert.NotNull(Responder.Answer(other, Addresses));
    }

    [Fact]
    public void Answer_NotForUs_IsSilent()
    {
        Assert.Null(Responder.Answer(new DnsMessage { Questions = [new DnsQuestion(DnsName.Parse("_http._tcp.local"), DnsType.Ptr)] }, Addresses));
        Assert.Null(Responder.Answer(new DnsMessage { IsResponse = true, Questions = [WhoIsThere] }, Addresses));
    }

    [Fact]
    public void Answer_SimpleResolver_GetsItsIdAndQuestionBackAndShortLives()
    {
        var answer = Responder.Answer(new DnsMessage { Id = 77, Questions = [WhoIsThere] }, Addresses, simple: true)!;
        Assert.Equal((77, WhoIsThere), (answer.Id, Assert.Single(answer.Questions)));
        var read = DnsReader.Read(DnsWriter.Write(answer, forSimple: true))!;
        Assert.All(read.Answers.Concat(read.Additionals), r => Assert.True(r.Ttl <= 10));
    }

    [Fact]
    public void Judge_OwnPacketsThatComeBack_AreNoClaim()
    {
        Assert.Equal(NameClaim.None, Responder.Judge(Responder.Announcement(Addresses)));
        Assert.Equal(NameClaim.None, Responder.Judge(Responder.Probe(Addresses)));
    }

    [Fact]
    public void Judge_AnotherHostHasTheName_IsTaken()
    {
        var other = new ServiceResponder(Service with { Host = "edgemesh-other", Instance = "HOME MESH" });
        Assert.Equal(NameClaim.Taken, Responder.Judge(other.Announcement(Addresses)));
        Assert.Equal(NameClaim.None, Responder.Judge(other.Announcement(Addresses, goodbye: true)));
        Assert.Equal("Home mesh (2)", Service.Renamed(2).Instance);
    }

    [Fact]
    public void Judge_TwoProbeAtOnce_OneOfThemYields()
    {
        var other = new ServiceResponder(Service with { Host = "edgemesh-other" });
        NameClaim[] claims = [Responder.Judge(other.Probe(Addresses)), other.Judge(Responder.Probe(Addresses))];
        Assert.Equal([NameClaim.None, NameClaim.Yield], claims.Order());
    }
}
