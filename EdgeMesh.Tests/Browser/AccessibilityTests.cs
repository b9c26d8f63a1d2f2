using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>The shell with real devices under axe in the light theme; every page in both is <see cref="EveryPageTests"/>' work.</summary>
[Collection(BrowserTests.Name)]
public sealed class AccessibilityTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Pages_HaveNoFault()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], "http://127.0.0.1:9/v1");
        await using var killed = agent;
        var job = await dashboard.SubmitAsync(new { kind = "sysinfo" });
        await dashboard.EndedAsync(job);
        var devices = await dashboard.DevicesAsync();
        var north = devices.Single(d => d.GetProperty("name").GetString() == "North").GetProperty("id").GetString();
        var own = devices.Single(d => d.GetProperty("name").GetString() != "North").GetProperty("id").GetString();

        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, scheme: ColorScheme.Light);
        var page = session.Page;
        await page.GotoAsync("/login?error=throttled");
        await Axe.CheckAsync(page, "login");
        await session.LogInAsync(dashboard);
        await page.Locator("[data-device='North']").WaitForAsync();
        await Axe.CheckAsync(page, "fleet");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a device" }).ClickAsync();
        await page.Locator(".dlg .term code").WaitForAsync();
        await Axe.CheckAsync(page, "add a device");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator(".dlg").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await page.Keyboard.PressAsync("Control+k");
        await page.Locator(".pal-i").First.WaitForAsync();
        await Axe.CheckAsync(page, "command palette");

        await session.GoAsync($"/devices/{own}", devices.Single(d => d.GetProperty("id").GetString() == own).GetProperty("name").GetString()!);
        await page.Locator("#attempts").WaitForAsync();
        await Axe.CheckAsync(page, "device");
        await session.GoAsync("/settings", "Settings");
        await Axe.CheckAsync(page, "settings");

        await agent.KillAsync();
        await dashboard.DeviceAsync("North", d => d.GetProperty("state").GetString() == "Lost");
        await session.GoAsync("/", "Fleet");
        await page.Locator(".em-device.off").WaitForAsync();
        await Axe.CheckAsync(page, "fleet with a lost device");
        await session.GoAsync($"/devices/{north}", "North");
        await page.GetByRole(AriaRole.Button, new() { Name = "Forget" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Forget device" }).WaitForAsync();
        await Axe.CheckAsync(page, "lost device and confirm dialog");
        Assert.Equal("Keep it", await page.EvaluateAsync<string>("document.activeElement.textContent"));
    }

    [Fact]
    public async Task UnknownAddress_IsAPageThatSaysSo()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await session.LogInAsync(dashboard);
        var answer = await session.Page.GotoAsync("/no/such/page");
        Assert.Equal(404, answer!.Status);
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing here" }).WaitForAsync();
        await Axe.CheckAsync(session.Page, "not found");
        await session.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the fleet" }).ClickAsync();
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
        // The browser logs every document that is a 404.
        session.ForgetFaults();
    }

    [Fact]
    public async Task Keyboard_ReachesContentPaletteAndDevice()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await session.LogInAsync(dashboard);
        var page = session.Page;
        var card = page.Locator("[data-device]").First;
        await card.WaitForAsync();
        var name = (await card.GetAttributeAsync("data-device"))!;

        await page.Keyboard.PressAsync("Control+k");
        var box = page.GetByRole(AriaRole.Combobox);
        await Assertions.Expect(box).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(name);
        await page.Locator(".pal-i", new() { HasText = name }).WaitForAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1 }).WaitForAsync();
        Assert.Contains("/devices/", page.Url, StringComparison.Ordinal);
    }
}
