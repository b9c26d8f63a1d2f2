using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Doctor;

namespace EdgeMesh.Tests.Agent.Doctor;

/// <summary>The decision alone.</summary>
public sealed class DiagnosisTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DoctorFacts Well = new()
    {
        Address = new Uri("https://192.168.1.20:8443"),
        Agent = new AgentFact(true, true, "Linked."),
        Name = new NameFact("192.168.1.20", [IPAddress.Parse("192.168.1.20")]),
        Tcp = new TcpFact(null),
        Tls = new TlsFact(true, "CN=dashboard", "CN=CA", true, Now.AddHours(-1), Now.AddHours(1)),
        Http = new HttpFact(200, true, TimeSpan.FromSeconds(2), EdgeMesh.Core.Contracts.LinkProtocol.Version, "0.1.0"),
        Link = new LinkFact(101, "already_linked"),
        Multicast = new MulticastFact(2, ["Home mesh"]),
    };

    [Fact]
    public void Of_AllWell_HasNoCause()
    {
        var diagnosis = Diagnosis.Of(Well, Now);
        Assert.Null(diagnosis.Cause);
        Assert.All(diagnosis.Layers, l => Assert.Equal(LayerState.Fine, l.State));
    }

    [Fact]
    public void Of_LowerLayerBroken_HigherOnesAreNotReached()
    {
        var diagnosis = Diagnosis.Of(Well with { Tcp = new TcpFact(SocketError.TimedOut), Tls = null, Http = null, Link = null }, Now);
        Assert.Equal("unreachable", diagnosis.Cause?.Code);
        Assert.Equal(LayerState.Broken, diagnosis.Layers.Single(l => l.Name == "TCP").State);
        Assert.Equal(LayerState.NotReached, diagnosis.Layers.Single(l => l.Name == "WebSocket").State);
    }

    [Fact]
    public void Of_CertificateOverByThisClockAndClocksAgree_NamesTheCertificate() =>
        Assert.Contains("not valid any more", Diagnosis.Of(Well with { Tls = Well.Tls! with { NotAfter = Now.AddMinutes(-1) } }, Now).Cause!.Detail, StringComparison.Ordinal);

    [Fact]
    public void Of_AgentRunsUnlinked_RepeatsItsLastWord() =>
        Assert.Equal("Refused: no.", Diagnosis.Of(Well with { Agent = new AgentFact(true, false, "Refused: no."), Link = null }, Now).Cause!.Detail);

    [Fact]
    public void Of_MulticastKeptOut_IsANoteAndNoCause()
    {
        var diagnosis = Diagnosis.Of(Well with { Multicast = new MulticastFact(1, []) }, Now);
        Assert.Null(diagnosis.Cause);
        Assert.Equal(LayerState.Note, diagnosis.Layers.Single(l => l.Name == "Multicast").State);
    }

    [Fact]
    public void Of_Termux_WarnsOfWhatAndroidEnds() =>
        Assert.Contains("wake lock", Diagnosis.Of(Well with { IsTermux = true }, Now).Layers.Single(l => l.Name == "Android").Words, StringComparison.Ordinal);
}
