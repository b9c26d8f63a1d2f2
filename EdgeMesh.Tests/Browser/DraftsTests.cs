using System.Text.RegularExpressions;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Nothing typed is lost: not by another page, Back, a reload or a restart of the dashboard in the middle of a word, and not by Cancel.</summary>
[Collection(BrowserTests.Name)]
public sealed class DraftsTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Draft_LeavingBackAndReload_LoseNothing()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await page.Locator("a.new").ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "New job", Level = 1 }).WaitForAsync();

        // The cursor is in the text box: it can be written at once.
        await Until.TrueAsync("the text box to have the focus", () => page.EvaluateAsync<bool>("document.activeElement?.id === 'text'"));
        await page.GetByRole(AriaRole.Radio, new() { Name = "Chat" }).CheckAsync();
        await page.GetByLabel("How it should answer").FillAsync("In one sentence.");
        await page.GetByLabel("Message", new() { Exact = true }).FillAsync("Why do tides");
        await page.GetByLabel("Policy").SelectOptionAsync(new SelectOptionValue { Label = "Prefer another device" });
        await Until.TrueAsync("the policy to be kept", () => page.EvaluateAsync<bool>("Object.values(sessionStorage).some(v => v.includes('PREFER_REMOTE'))"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Fleet" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
        await page.GoBackAsync();
        await AssertThereAsync(page, "Why do tides");
        await session.PictureAsync("draft-back");

        await page.GetByLabel("Message", new() { Exact = true }).FillAsync("Why do tides come");
        await page.ReloadAsync();
        await AssertThereAsync(page, "Why do tides come");

        // Thrown away on purpose, it stays away.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        await page.GetByText("Your draft is back.").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.ReloadAsync();
        await page.GetByLabel("Text", new() { Exact = true }).WaitForAsync();
        await Assertions.Expect(page.GetByLabel("Text", new() { Exact = true })).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Draft_WasSent_IsGone_AndAFilesNameIsTheTitle()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await session.GoAsync("/new", "New job");
        await page.Locator("input[type=file]").ChooseAsync(new FilePayload { Name = "mill.txt", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(Articles.TidalMill) });
        await page.GetByText("Chosen").First.WaitForAsync();

        // A file's text is kept like a typed one.
        await page.ReloadAsync();
        await page.GetByText("Your draft is back.").WaitForAsync();
        await page.GetByText("mill.txt").WaitForAsync();
        await page.GetByText("Chosen").First.WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run") }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^mill\\.txt") }).WaitForAsync();
        await page.GetByText("Succeeded").First.WaitForAsync();
        await Assertions.Expect(page.GetByLabel("Input", new() { Exact = true })).ToContainTextAsync("Carrow Creek");
        await session.PictureAsync("job-with-input");

        await session.GoAsync("/new", "New job");
        await Assertions.Expect(page.GetByLabel("Text", new() { Exact = true })).ToHaveValueAsync("");
        Assert.Equal(0, await page.GetByText("Your draft is back.").CountAsync());
    }

    [Fact]
    public async Task Draft_DashboardRestartsInTheMiddleOfAWord_LosesNothing()
    {
        using var directory = new TemporaryDirectory();
        var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var address = dashboard.Address;
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, address);
        var page = session.Page;
        try
        {
            await session.LogInAsync(dashboard);
            await session.GoAsync("/new", "New job");
            await page.GetByLabel("Text", new() { Exact = true }).PressSequentiallyAsync("The tidal mi");
            await dashboard.Process.KillAsync();
        }
        finally
        {
            await dashboard.DisposeAsync();
        }

        try
        {
            await page.GetByText("Reconnecting to the dashboard.").WaitForAsync();

            // Nobody stops writing because a server is away.
            await page.GetByLabel("Text", new() { Exact = true }).PressSequentiallyAsync("ll of Carrow Creek");
            await using var again = await DashboardProcess.StartAsync(directory["data"], address.Port);
            await page.GetByText("Your draft is back.").WaitForAsync(new() { Timeout = 60_000 });
            await Assertions.Expect(page.GetByLabel("Text", new() { Exact = true })).ToHaveValueAsync("The tidal mill of Carrow Creek");
            await page.GotoAsync("about:blank");
        }
        finally
        {
            // The browser logs every try in between.
            session.ForgetFaults();
        }
    }

    [Fact]
    public async Task Cancel_WhatHadStreamed_Stays()
    {
        using var directory = new TemporaryDirectory();
        await using var engine = await OpenAiTestServer.StartAsync(TimeSpan.FromMilliseconds(400));
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], $"{engine.Address}v1");
        await dashboard.DeviceAsync("North", d => d.GetProperty("runtimes").EnumerateArray().Any(r => r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == engine.Model)));
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        var id = await dashboard.SubmitAsync(new { kind = "chat", text = "Why do tides come twice a day?" });
        await page.GotoAsync($"/jobs/{id}");
        var live = page.Locator(".em-live");
        await live.GetByText("Tides").First.WaitForAsync();
        var seen = (await live.InnerTextAsync()).Trim();

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByText("Broken off").First.WaitForAsync();

        await Assertions.Expect(page.Locator(".em-read").First).ToHaveTextAsync(new Regex($"^{Regex.Escape(seen[..Math.Min(seen.Length, 20)])}"));
        Assert.Equal(0, await page.GetByText("To fix it").CountAsync());
        await session.PictureAsync("job-cancelled");
        var result = (await dashboard.GetAsync($"/api/jobs/{id}")).GetProperty("result");
        Assert.True(result.GetProperty("partial").GetBoolean());
        Assert.StartsWith("Tides", result.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static async Task AssertThereAsync(IPage page, string text)
    {
        await page.GetByText("Your draft is back.").WaitForAsync();
        await Assertions.Expect(page.GetByLabel("Message", new() { Exact = true })).ToHaveValueAsync(text);
        await Assertions.Expect(page.GetByLabel("How it should answer")).ToHaveValueAsync("In one sentence.");
        await Assertions.Expect(page.GetByLabel("Policy")).ToHaveValueAsync("PreferRemote");
    }
}
