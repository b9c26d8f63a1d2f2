using Bunit;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Features.Fleet;
using EdgeMesh.Dashboard.Features.Settings;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components;

/// <summary>The LAN card in Settings, and new devices on the Fleet page.</summary>
public sealed class LanCardTests : MeshPages
{
    [Fact]
    public void Closed_SaysSoAndOpensWithItsAddressesAndFingerprint()
    {
        var card = Page<LanCard>();
        Assert.Contains("this computer only", card.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("ca.crt", card.Markup, StringComparison.Ordinal);

        Press(card, "Open");

        card.WaitForAssertion(() => Assert.Contains("https://192.168.1.20:8443", card.Markup, StringComparison.Ordinal));
        Assert.Contains(Lan.Current.Authority.Value, card.Markup, StringComparison.Ordinal);
        Assert.Equal("ca.crt", card.Find("a[download]").GetAttribute("href"));
    }

    [Fact]
    public void Open_Refused_SaysWhy()
    {
        Lan.Refusal = new Problem("lan_port_taken", "Port 8443 is taken.", "Another program listens there.", "Use --lan-port.");
        var card = Page<LanCard>();
        Press(card, "Open");
        card.WaitForAssertion(() => Assert.Contains("Port 8443 is taken.", card.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Close_AsksFirst()
    {
        Lan.Current = Lan.Current with { Enabled = true };
        var card = Page<LanCard>();
        Press(card, "Close");
        Assert.Contains("cut off at once", Dialog().Markup, StringComparison.Ordinal);
        Press(Dialog(), "Close it");
        card.WaitForState(() => !Lan.Current.Enabled);
    }

    [Fact]
    public void CommandLineDecides_HasNoSwitch()
    {
        Lan.Current = Lan.Current with { Enabled = true, Fixed = true };
        var card = Page<LanCard>();
        Assert.DoesNotContain(card.FindAll("button"), b => b.TextContent.Trim() is "Open" or "Close");
        Assert.Contains("--lan", card.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Replace_AsksFirst()
    {
        Lan.Current = Lan.Current with { Enabled = true };
        var card = Page<LanCard>();
        Press(card, "Replace the certificate authority");
        Assert.Equal(0, Rotation.Count);
        Press(Dialog(), "Replace it");
        card.WaitForAssertion(() => Assert.Equal(1, Rotation.Count));
    }

    [Fact]
    public void NewDevice_IsApprovedOrRefusedByItsKey()
    {
        var (one, two) = (Samples.DeviceIdOf("One"), Samples.DeviceIdOf("Two"));
        Requests.Add(new JoinRequest(one, "One", "192.168.1.7", "0.1.0", Samples.Now, "123 456"));
        Requests.Add(new JoinRequest(two, "Two", "192.168.1.8", "0.1.0", Samples.Now));
        var card = Page<JoinRequestsCard>();
        var words = card.Find(".jr").TextContent;
        Assert.Contains("compare 123 456", words, StringComparison.Ordinal);
        Assert.True(words.IndexOf(one.Short, StringComparison.Ordinal) < words.IndexOf("One", StringComparison.Ordinal), "What proves stands before what is only said.");
        Assert.Equal("One", card.Find("bdi").TextContent);
        Assert.True(card.Find("[aria-label='Approve Two']").HasAttribute("disabled"), "There is no code to compare yet.");

        Press(card, "Approve One");
        card.WaitForAssertion(() => Assert.DoesNotContain("192.168.1.7", card.Markup, StringComparison.Ordinal));
        Press(card, "Refuse Two");
        card.WaitForAssertion(() => Assert.DoesNotContain("New devices", card.Markup, StringComparison.Ordinal));

        Assert.Equal(one, Assert.Single(Requests.Approved));
        Assert.Equal(two, Assert.Single(Requests.Refused));
    }
}
