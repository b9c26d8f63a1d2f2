using System.Xml.Linq;
using Bunit;
using EdgeMesh.Dashboard.Components.Join;
using EdgeMesh.Dashboard.Features.Fleet;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Components;

public sealed class AddDeviceDialogTests : MeshPages
{
    [Fact]
    public void Open_ShowsCommandCodeAndTimeLeft()
    {
        var dialog = Open();
        Assert.Contains("./edgemesh-agent run --orchestrator http://localhost:8080 --token emj_sample1", dialog.Find("code").TextContent, StringComparison.Ordinal);
        Assert.Contains("15:00", dialog.Markup, StringComparison.Ordinal);
        Assert.Empty(dialog.FindAll("figure.qr"));
        Assert.Equal(["the dashboard"], Tokens.CreatedBy);
    }

    [Fact]
    public void Loopback_LeadsWithLanAccess_AndAnOpenedPortMakesANewToken()
    {
        var dialog = Open();
        var text = dialog.Find(".dlg").TextContent;
        Assert.InRange(text.IndexOf("Other devices cannot reach this dashboard yet.", StringComparison.Ordinal), 0, text.IndexOf("edgemesh-agent", StringComparison.Ordinal));
        Assert.Contains("ask to join without a token", text, StringComparison.Ordinal);
        Assert.Single(dialog.FindAll(".btn.p"));

        Tokens.Address = "https://192.168.1.20:8443";
        Press(dialog, "Open LAN access");
        dialog.WaitForAssertion(() => Assert.Contains("--orchestrator https://192.168.1.20:8443 --token emj_sample2", dialog.Find(".term code").TextContent, StringComparison.Ordinal));
        Assert.True(Lan.Current.Enabled);
        Assert.DoesNotContain("cannot reach", dialog.Markup, StringComparison.Ordinal);
        Assert.Contains("edgemesh-agent join --orchestrator https://192.168.1.20:8443", dialog.Find("dl").TextContent, StringComparison.Ordinal);
        Assert.NotNull(dialog.Find("figure.qr svg"));
    }

    [Fact]
    public void Loopback_LanAccessIsRefused_SaysWhy()
    {
        Lan.Refusal = new Problem("lan_port_taken", "Port 8443 is taken.", "Another program listens there.", "Use --lan-port.");
        var dialog = Open();
        Press(dialog, "Open LAN access");
        dialog.WaitForAssertion(() => Assert.Contains("Port 8443 is taken.", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Single(Tokens.CreatedBy);
    }

    [Fact]
    public void TokenIsSpent_SaysSoAtOnceAndOffersNoCommand()
    {
        var dialog = Open();
        Tokens.Spend(Samples.DeviceIdOf("Balcony board"));
        dialog.WaitForAssertion(() => Assert.Contains("it is used up", dialog.Markup, StringComparison.Ordinal));
        Assert.Empty(dialog.FindAll("code"));
        Assert.Empty(dialog.FindAll("figure.qr"));
        Press(dialog, "Make a new token");
        dialog.WaitForElement(".term code");
        Assert.Equal(2, Tokens.CreatedBy.Count);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(120)]
    [InlineData(420)]
    [InlineData(900)]
    [InlineData(2_000)]
    public void QrCode_OfAnyText_HasModulesThatAPhoneCanRead(int length)
    {
        var svg = XElement.Parse(QrCode.Svg(new string('x', length))!);
        var modules = double.Parse(svg.Attribute("viewBox")!.Value.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        var size = double.Parse(svg.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(size / modules >= QrCode.LeastModule, $"{size} px for {modules} modules");
        Assert.Equal(svg.Attribute("width")!.Value, svg.Attribute("height")!.Value);
    }

    [Fact]
    public void Windows_HasItsOwnCommand()
    {
        var dialog = Open();
        Press(dialog, "Windows");
        Assert.StartsWith(".\\edgemesh-agent.exe", dialog.Find("code").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Countdown_EndsAndOffersANewToken()
    {
        var dialog = Open();
        Time.Advance(TimeSpan.FromSeconds(61));
        dialog.WaitForAssertion(() => Assert.Contains("13:59", dialog.Markup, StringComparison.Ordinal));
        Time.Advance(TimeSpan.FromMinutes(14));
        dialog.WaitForAssertion(() => Assert.Contains("has expired", dialog.Markup, StringComparison.Ordinal));
        Assert.Empty(dialog.FindAll("code"));
        Press(dialog, "Make a new token");
        dialog.WaitForAssertion(() => Assert.Equal(2, Tokens.CreatedBy.Count));
    }

    [Fact]
    public void ADeviceJoins_IsSaidInTheDialog()
    {
        Fleet.Publish(Samples.Device());
        var dialog = Open();
        Fleet.Publish(Samples.Device(), Samples.Device("Phone", 1));
        dialog.WaitForAssertion(() => Assert.Contains("joined.", dialog.Find("[role=status]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Phone", dialog.Find("[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void NoToken_SaysSoAndTriesAgain()
    {
        Tokens.Failure = new IOException("The disk is full.");
        var dialog = Open();
        Assert.Contains("No join token could be made.", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("disk is full", dialog.Markup, StringComparison.Ordinal);
        Tokens.Failure = null;
        Press(dialog, "Try again");
        dialog.WaitForElement("code");
    }

    [Fact]
    public async Task Closed_LeavesNoSubscriberOfItsOwn()
    {
        var dialog = Open();
        Assert.Equal(2, Fleet.SubscriberCount);
        Press(dialog, "Close");
        await Until.TrueAsync("the dialog's subscriber to go", () => Fleet.SubscriberCount == 1);
    }

    [Fact]
    public void QrCode_TextTooLong_IsNull()
    {
        Assert.Null(QrCode.Svg(new string('x', 10_000)));
        Assert.StartsWith("<svg", QrCode.Svg("edgemesh")!.TrimStart(), StringComparison.Ordinal);
    }

    private IRenderedComponent<MudBlazor.MudDialogProvider> Open()
    {
        var page = Page<FleetPage>();
        Press(page, "Add a device");
        return Dialog();
    }
}
