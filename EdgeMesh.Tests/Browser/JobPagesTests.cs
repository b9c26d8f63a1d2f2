using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>The job pages in a real browser: a real dashboard, a real agent, and an engine that writes slowly.</summary>
[Collection(BrowserTests.Name)]
public sealed class JobPagesTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Chat_Streams_IsCancelled_AndRunAgain()
    {
        using var directory = new TemporaryDirectory();
        await using var engine = await OpenAiTestServer.StartAsync(TimeSpan.FromMilliseconds(400));
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], $"{engine.Address}v1");
        await ModelAsync(dashboard, engine.Model);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await session.GoAsync("/new", "New job");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Chat" }).CheckAsync();
        await page.GetByLabel("Message", new() { Exact = true }).FillAsync("Why do tides come twice a day?");
        await page.Locator(".runbar .hide-m").GetByText("North").WaitForAsync();
        await page.Keyboard.PressAsync("Control+Enter");

        // The text grows while it is looked at.
        var live = page.Locator(".em-live");
        await live.GetByText("Tides").First.WaitForAsync();
        var early = (await live.InnerTextAsync()).Length;
        await Until.TrueAsync("more text", async () => (await live.InnerTextAsync()).Length > early);
        await page.Locator(".em-now").WaitForAsync();
        await Axe.CheckAsync(page, "a job that runs");
        await session.PictureAsync("job-live");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByText("Cancelled").First.WaitForAsync();
        await page.GetByText("The job was cancelled.").WaitForAsync();
        var cancelled = page.Url;

        await page.GetByRole(AriaRole.Button, new() { Name = "Re-run" }).First.ClickAsync();
        await page.WaitForURLAsync(url => url != cancelled);
        await page.GetByText("again, after").WaitForAsync();
        await page.GetByText("Succeeded").First.WaitForAsync();
        await page.Locator(".em-read").GetByText("years ahead").WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Continue" }).ClickAsync();
        await page.GetByText("Said so far").WaitForAsync();
    }

    [Fact]
    public async Task File_NotText_IsRefusedInWords_TextIsTaken()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await session.GoAsync("/new", "New job");
        var files = page.Locator("input[type=file]");
        await files.ChooseAsync(new FilePayload { Name = "photo.png", MimeType = "image/png", Buffer = [0x89, 0x50, 0x4E, 0x47, 0, 1, 2] });
        await page.GetByText("photo.png is not a text file: it is a PNG image.").WaitForAsync();
        await files.ChooseAsync(new FilePayload { Name = "mill.txt", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(Articles.TidalMill) });
        await page.GetByText("mill.txt").WaitForAsync();
        await page.GetByText("Chosen").First.WaitForAsync();
        Assert.Equal(0, await page.GetByText("is not a text file").CountAsync());
        await Axe.CheckAsync(page, "a new job with a file");
    }

    [Fact]
    public async Task Phone_RunsFromTheDockedButton_FindsItInTheList()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone: true, ColorScheme.Light);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await session.GoAsync("/new", "New job");
        await page.GetByLabel("Text", new() { Exact = true }).FillAsync(Articles.TidalMill);
        var run = page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run on .+, about ") });
        await run.WaitForAsync();
        await session.AssertFitsWidthAsync();
        await Axe.CheckAsync(page, "a new job on a phone");
        await run.TapAsync();
        await page.GetByText("Succeeded").First.WaitForAsync();
        await session.AssertFitsWidthAsync();
        await Axe.CheckAsync(page, "the result on a phone");
        await session.GoAsync("/jobs", "Jobs");
        await page.Locator("a[data-row]").First.WaitForAsync();
        await session.AssertFitsWidthAsync();
        await Axe.CheckAsync(page, "the jobs on a phone");
    }

    [Fact]
    public async Task Jobs_ByKeyboard_MoveOpenSearch()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        foreach (var text in (string[])["first words", "second words", "third words"])
        {
            await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "echo", text }));
        }

        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await session.GoAsync("/jobs", "Jobs");
        await page.Locator("a[data-row]").Nth(2).WaitForAsync();
        await Assertions.Expect(page.Locator("a[data-row]")).ToHaveTextAsync(["third words", "second words", "first words"]);
        await Axe.CheckAsync(page, "the jobs");

        // A job that comes now waits behind a chip.
        await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "echo", text = "fourth words" }));
        await page.GetByRole(AriaRole.Button, new() { Name = "1 new" }).WaitForAsync();
        Assert.Equal(3, await page.Locator("a[data-row]").CountAsync());

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("second");
        await Assertions.Expect(page.Locator("a[data-row]")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^second words") }).WaitForAsync();
    }

    private static Task ModelAsync(DashboardProcess dashboard, string model) => dashboard.DeviceAsync(
        "North",
        d => d.GetProperty("runtimes").EnumerateArray().Any(r => r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == model)));
}
