using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What a new user does, in a real browser against a real dashboard.</summary>
[Collection(BrowserTests.Name)]
public sealed class MainPathTests(BrowserFixture fixture)
{
    [Fact]
    public async Task LogIn_Submit_Watch_Restart_FindAgain()
    {
        using var directory = new TemporaryDirectory();
        string title;
        await using (var dashboard = await DashboardProcess.StartAsync(directory["data"]))
        {
            await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);
            await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
            var page = session.Page;
            await session.LogInAsync(dashboard);
            await page.Locator("[data-device='North']").WaitForAsync();
            await session.PictureAsync("fleet-dark");

            await session.GoAsync("/new", "New job");
            await page.GetByLabel("Text", new() { Exact = true }).FillAsync(Articles.TidalMill);
            await page.GetByText("Predicted total").WaitForAsync();
            await page.GetByText("Chosen").First.WaitForAsync();
            await session.PictureAsync("new-job-dark");
            await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run") }).ClickAsync();

            await page.GetByText("Succeeded").First.WaitForAsync();
            title = (await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).InnerTextAsync()).Split('\n')[0];
            Assert.StartsWith("The tidal mill at Carrow Creek", title, StringComparison.Ordinal);
            await page.Locator(".em-read").GetByText("Carrow Creek").First.WaitForAsync();
            await page.GetByText("Receipt, summarize").WaitForAsync();
            await session.PictureAsync("job-dark");
        }

        await using var again = await DashboardProcess.StartAsync(directory["data"]);
        await using var later = await BrowserSession.OpenAsync(fixture.Browser, again.Address, scheme: ColorScheme.Light);
        await later.LogInAsync(again);
        await later.GoAsync("/jobs", "Jobs");
        await later.Page.GetByRole(AriaRole.Link, new() { Name = "The tidal mill at Carrow Creek" }).ClickAsync();
        await later.Page.GetByText("Succeeded").First.WaitForAsync();
    }

    [Fact]
    public async Task EveryPage_OnAPhone_FitsAndIsClean()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var id = await dashboard.SubmitAsync(new { kind = "summarize", text = Articles.TidalMill });
        await dashboard.EndedAsync(id);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone: true, ColorScheme.Light);
        await session.Page.GotoAsync("/login");
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to this mesh" }).WaitForAsync();
        await session.AssertFitsWidthAsync();
        await session.PictureAsync("login-phone");
        await session.LogInAsync(dashboard);
        var device = (await dashboard.DevicesAsync()).Single();
        (string Name, string Path, string Heading)[] pages =
        [
            ("fleet", "/", "Fleet"),
            ("device", $"/devices/{device.GetProperty("id").GetString()}", device.GetProperty("name").GetString()!),
            ("new-job", "/new", "New job"),
            ("jobs", "/jobs", "Jobs"),
            ("job", $"/jobs/{id}", "The tidal mill"),
            ("settings", "/settings", "Settings"),
        ];
        foreach (var (name, path, heading) in pages)
        {
            await session.GoAsync(path, heading);
            await session.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await session.AssertFitsWidthAsync();
            await session.PictureAsync($"{name}-phone");
        }

        Assert.Equal("light", await session.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
    }

    [Fact]
    public async Task NewJob_NothingCanRunIt_SaysWhyBeforeRunning()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await session.LogInAsync(dashboard);
        await session.GoAsync("/new", "New job");
        await session.Page.GetByRole(AriaRole.Radio, new() { Name = "Code" }).ClickAsync();
        await session.Page.GetByRole(AriaRole.Textbox).First.FillAsync("reverse a list");
        await session.Page.GetByText("No device can run this yet").WaitForAsync();
        Assert.True(await session.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run") }).IsDisabledAsync());
    }
}
