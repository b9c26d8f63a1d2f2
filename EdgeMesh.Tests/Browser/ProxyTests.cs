using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>The dashboard behind a real reverse proxy, in a browser that knows only the proxy's address.</summary>
[Collection(BrowserTests.Name)]
public sealed class ProxyTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(ProxyHost.AsItCame, "", false)]
    [InlineData(ProxyHost.OwnAddress, "", false)]
    [InlineData(ProxyHost.WithoutPort, "", false)]
    [InlineData(ProxyHost.AsItCame, "/mesh", false)]
    [InlineData(ProxyHost.OwnAddress, "/tools/mesh", true)]
    public async Task AllWays_SignInRunAJobSignOut(ProxyHost host, string path, bool cutsPath)
    {
        using var directory = new TemporaryDirectory();
        await using var proxy = await ReverseProxy.StartAsync(host, path, cutsPath);
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], new Dictionary<string, string>
        {
            ["EdgeMesh__Hosts__0"] = proxy.Address.Authority,
            ["EdgeMesh__PathBase"] = path,
        });
        proxy.Behind = dashboard.Address;
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, proxy.Address);
        var page = session.Page;
        var sockets = 0;
        page.WebSocket += (_, socket) =>
        {
            sockets++;
            Assert.StartsWith($"ws://{proxy.Address.Authority}{path}/_blazor", socket.Url, StringComparison.Ordinal);
        };
        await page.GotoAsync($"{path}/jobs");
        await page.GetByLabel("Link, token or API key").FillAsync(dashboard.AdminKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 }).WaitForAsync();
        Assert.Equal(1, sockets);

        // Every link of the shell stays under the path, and a job runs.
        await page.Locator("nav[aria-label='Main'] a.new").ClickAsync();
        await page.GetByLabel("Text", new() { Exact = true }).FillAsync(Articles.TidalMill);
        await page.GetByText("Predicted total").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run") }).ClickAsync();
        await page.GetByText("Succeeded").First.WaitForAsync();
        Assert.StartsWith($"{proxy.Address.GetLeftPart(UriPartial.Authority)}{path}/jobs/", page.Url, StringComparison.Ordinal);
        foreach (var link in await page.Locator("a[href]").EvaluateAllAsync<string[]>("links => links.map(a => a.href)"))
        {
            Assert.StartsWith($"{proxy.Address.GetLeftPart(UriPartial.Authority)}{path}/", link, StringComparison.Ordinal);
        }

        await page.Locator(".topbar").GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to this mesh" }).WaitForAsync();
    }

    [Fact]
    public async Task Circuit_ThatIsRefused_SaysWhyOnThePage()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var proxy = await ReverseProxy.StartAsync(ProxyHost.OwnAddress, withoutFetchMetadata: true);
        proxy.Behind = dashboard.Address;
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, proxy.Address);
        await session.Page.GotoAsync($"/login?t={dashboard.LoginUrl.Query[3..]}");
        await session.Page.GetByText("This request did not come from the dashboard's own page.").WaitForAsync();
        await session.Page.GetByText("EdgeMesh:Hosts").WaitForAsync();
        await session.PictureAsync("circuit-refused");
        session.ForgetFaults();
    }
}
