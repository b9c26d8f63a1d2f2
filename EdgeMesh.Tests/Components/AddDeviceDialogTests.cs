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
        Assert.NotNull(dialog.Find("figure.qr svg"));
        Assert.Contains("this computer only", dialog.Markup, StringComparison.Ordinal);
        Assert.Equal(["the dashboard"], Tokens.CreatedBy);
    }

    [Fact]
    public void Windows_HasItsOwnCommand()
    {
        var dialog = Open();
        Button(dialog, "Windows").Click();
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
        Button(dialog, "Make a new one").Click();
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
        Button(dialog, "Try again").Click();
        dialog.WaitForElement("code");
    }

    [Fact]
    public async Task Closed_LeavesNoSubscriberOfItsOwn()
    {
        var dialog = Open();
        Assert.Equal(2, Fleet.SubscriberCount);
        Button(dialog, "Close").Click();
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
        Button(page, "Add a device").Click();
        return Dialog();
    }
}
