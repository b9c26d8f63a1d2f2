using EdgeMesh.Tests.Integration.Trust;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Adding a device from a dashboard that nobody else can reach yet.</summary>
[Collection(BrowserTests.Name)]
public sealed class AddDeviceTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    public async Task Loopback_OpensLanAccess_ShowsACodeThatAPhoneReads(bool phone, ColorScheme scheme)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], new Dictionary<string, string> { ["EdgeMesh__Lan__Port"] = "0" });
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone, scheme);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await page.Locator("[data-device]").First.WaitForAsync();
        await session.PictureAsync($"fleet-one-{scheme}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a device" }).First.ClickAsync();
        var open = page.GetByRole(AriaRole.Button, new() { Name = "Open LAN access" });
        await open.WaitForAsync();
        await session.PictureAsync($"add-device-loopback-{scheme}");
        await open.ClickAsync();
        var code = page.Locator("figure.qr svg");
        await code.WaitForAsync();
        await code.ScrollIntoViewIfNeededAsync();
        await session.PictureAsync($"add-device-lan-{scheme}");
        var module = await code.EvaluateAsync<double>("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width");
        Assert.True(module >= 2.99, $"A module is {module} px.");
        await session.AssertFitsWidthAsync();
    }

    [Fact]
    public async Task Token_UsedByADevice_IsOfferedNoMore()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a device" }).First.ClickAsync();
        var line = await page.Locator(".dlg .term code").InnerTextAsync();
        var token = line.Split(' ', '=', ';', '\'', '"').First(w => w.StartsWith("em1.", StringComparison.Ordinal));
        await using var agent = AgentProcess.Start(dashboard.Address, token, "Balcony board", directory["board"]);
        await page.GetByText("it is used up").WaitForAsync(new() { Timeout = 60_000 });
        await page.GetByText("Balcony board", new() { Exact = true }).First.WaitForAsync();
        Assert.Equal(0, await page.Locator(".dlg .term code").CountAsync());
        await session.PictureAsync("add-device-spent");
    }

    [Theory]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    public async Task NewDevice_WithoutAToken_ShowsTheCodeOfItsOwnScreen(bool phone, ColorScheme scheme)
    {
        await using var mesh = await LanMesh.StartAsync();
        await using var agent = mesh.StartAgent("Anna\u2019s laptop \u202e", null, mesh.Address);
        var says = await agent.LineAsync(l => l.Contains("shows the code", StringComparison.Ordinal));
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Dashboard.Address, phone, scheme);
        var page = session.Page;
        await session.LogInAsync(mesh.Dashboard);
        var code = page.Locator(".jr-code");
        await code.WaitForAsync();
        Assert.Contains($"the code {await code.InnerTextAsync()} too", says, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator(".jr bdi").First).ToHaveTextAsync("Anna\u2019s laptop");
        await session.PictureAsync($"new-device-code-{scheme}");
        await session.AssertFitsWidthAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Approve ") }).ClickAsync();
        await page.Locator("[data-device]").First.WaitForAsync(new() { Timeout = 60_000 });
    }
}
