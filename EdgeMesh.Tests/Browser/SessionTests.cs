using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Sessions as a browser has them: the cookie goes to every port of the host, the second secret does not.</summary>
[Collection(BrowserTests.Name)]
public sealed class SessionTests(BrowserFixture fixture)
{
    [Fact]
    public async Task CookieOfAnotherPort_OpensNoPage_UntilItSignsInThere()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var owner = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await owner.LogInAsync(dashboard);
        Assert.DoesNotContain("em-origin", owner.Page.Url, StringComparison.Ordinal);

        // What a program of this computer gets when the browser comes to its port.
        await using var thief = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await thief.Page.Context.AddCookiesAsync((await owner.Page.Context.CookiesAsync()).Select(c => new Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path }));
        await thief.Page.GotoAsync("/settings#keys");
        await thief.Page.GetByText("This window has to sign in once more.").WaitForAsync();
        Assert.Equal(401, (await thief.Page.Context.APIRequest.GetAsync($"{dashboard.Address}api/keys")).Status);

        await thief.Page.GetByLabel("Link, token or API key").FillAsync(dashboard.AdminKey);
        await thief.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await thief.Page.GetByRole(AriaRole.Heading, new() { Name = "Settings", Level = 1 }).WaitForAsync();
        await owner.Page.ReloadAsync();
        await owner.Page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
    }

    [Fact]
    public async Task EndedInSettings_TheOtherBrowserIsAskedToSignIn_AndTheLogTellsOfIt()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var phone = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await phone.LogInAsync(dashboard);
        await using var owner = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await owner.LogInAsync(dashboard);
        await owner.GoAsync("/settings", "Settings");
        var rows = owner.Page.Locator("[data-session]");
        await rows.Nth(1).WaitForAsync();
        await rows.GetByRole(AriaRole.Button).First.ClickAsync();
        await owner.Page.Locator("[data-session]:nth-child(2)").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await phone.Page.GetByText("You are signed out.").WaitForAsync();
        await phone.Page.Locator("#components-reconnect-modal").GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await phone.Page.GetByText("This window has to sign in once more.").WaitForAsync();
        phone.ForgetFaults();

        await owner.GoAsync("/settings/audit", "Audit log");
        await owner.Page.Locator("tr[data-action='session.end']").First.WaitForAsync();
        await owner.Page.GetByText("all were checked just now and hold").WaitForAsync();
    }

    [Fact]
    public async Task KeyThatMayOnlyLook_IsToldSo_OnThePage()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var (_, made) = await dashboard.PostAsync("/api/keys", new { name = "guest", scopes = new[] { "read" } });
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await page.GotoAsync("/login?returnUrl=%2Fsettings");
        await page.GetByLabel("Link, token or API key").FillAsync(made.GetProperty("secret").GetString()!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByLabel("Name of a new key").FillAsync("mine");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a key" }).ClickAsync();
        await page.GetByText("This key may not do that.").WaitForAsync();
        await session.GoAsync("/settings/audit", "Audit log");
        await page.GetByText("This key may not do that.").WaitForAsync();
        Assert.Equal(2, (await dashboard.GetAsync("/api/keys")).GetProperty("items").GetArrayLength());
        var refused = (await dashboard.GetAsync("/api/audit?action=key.create")).GetProperty("items")[0];
        Assert.Equal(("guest", "This key may not do that."), (refused.GetProperty("actor").GetString(), refused.GetProperty("refusal").GetString()));
    }

    [Fact]
    public async Task LoginLinkCommand_SignsInOnce_AndNeedsARunningDashboard()
    {
        using var directory = new TemporaryDirectory();
        Uri link;
        await using (var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device"))
        {
            await using var command = ChildProcess.Start(BuiltPrograms.Dashboard, ["login-link", "--data", directory["data"]]);
            link = new Uri(await command.LineAsync(l => l.Contains("/login?t=", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
            await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
            await session.LogInAsync(link);
            using var again = await dashboard.NewClient(null).GetAsync(new Uri(link.PathAndQuery, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, again.StatusCode);
        }

        await using var late = ChildProcess.Start(BuiltPrograms.Dashboard, ["login-link", "--data", directory["data"]]);
        Assert.Equal(1, await late.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("No dashboard runs with the data folder", late.Output, StringComparison.Ordinal);
    }
}
