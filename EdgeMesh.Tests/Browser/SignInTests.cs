using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Coming in by the form and going out by both buttons, in a browser, on every way to the dashboard.</summary>
[Collection(BrowserTests.Name)]
public sealed class SignInTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Form_WithAnApiKeyOnly_LeadsIn_AndBothButtonsLeadOut()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await page.GotoAsync("/login");
        await SubmitAsync(page, "em_wrong");
        await page.GetByText("This link, token or key is not known here.").WaitForAsync();

        await SubmitAsync(page, dashboard.AdminKey);
        await InAsync(page);
        await page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await OutAsync(page);

        // The page that was asked for first is the one that opens.
        await page.GotoAsync("/settings");
        await SubmitAsync(page, dashboard.AdminKey);
        await page.GetByRole(AriaRole.Heading, new() { Name = "Settings", Level = 1 }).WaitForAsync();
        await page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await OutAsync(page);
    }

    [Fact]
    public async Task SignOut_InATabThatIsOlderThanTheSession_EndsIt()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await session.LogInAsync(dashboard);
        var old = session.Page;
        var other = await old.Context.NewPageAsync();
        await old.Context.ClearCookiesAsync();
        await other.GotoAsync("/login");
        await SubmitAsync(other, dashboard.AdminKey);
        await InAsync(other);

        await old.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await OutAsync(old);
    }

    [Fact]
    public async Task LoginPage_InATabThatIsOlderThanTheSession_SignsIn()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var (_, key) = await dashboard.PostAsync("/api/keys", new { name = "Laptop" });
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var old = session.Page;
        await old.GotoAsync("/login?returnUrl=/jobs");
        var other = await old.Context.NewPageAsync();
        await other.GotoAsync("/login");
        await SubmitAsync(other, key.GetProperty("secret").GetString()!);
        await InAsync(other);

        await SubmitAsync(old, dashboard.AdminKey);
        await old.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 }).WaitForAsync();

        // Who is signed in is not asked again.
        await other.GotoAsync("/login?returnUrl=/settings");
        await other.GetByRole(AriaRole.Heading, new() { Name = "Settings", Level = 1 }).WaitForAsync();
    }

    [Fact]
    public async Task Lan_OverTls_FormAndLinkLeadInAndOut()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--lan", "--lan-port", "0");
        var port = (await dashboard.GetAsync("/api/lan")).GetProperty("port").GetInt32();
        Uri address = new($"https://127.0.0.1:{port}");
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, address, ignoreCertificates: true);
        await session.Page.GotoAsync("/login");
        await SubmitAsync(session.Page, dashboard.AdminKey);
        await InAsync(session.Page);
        await session.Page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await OutAsync(session.Page);

        // The link of a phone, as its QR code has it: its session never leaves TLS, and its pages are live.
        await session.LogInAsync(new Uri(address, dashboard.LoginUrl.PathAndQuery));
        Assert.All(await session.Page.Context.CookiesAsync(), c => Assert.True(c.Secure && c.HttpOnly, $"{c.Name} is for anybody."));
        await session.GoAsync("/settings", "Settings");
    }

    private static async Task SubmitAsync(IPage page, string secret)
    {
        await page.GetByLabel("Link, token or API key").FillAsync(secret);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static Task InAsync(IPage page) => page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();

    /// <summary>The login page is there, and a page of the dashboard leads to it.</summary>
    private static async Task OutAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to this mesh" }).WaitForAsync();
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to this mesh" }).WaitForAsync();
    }
}
