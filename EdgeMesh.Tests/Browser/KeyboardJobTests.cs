using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>A whole job without a mouse, and what a model thought beside its answer.</summary>
[Collection(BrowserTests.Name)]
public sealed class KeyboardJobTests(BrowserFixture fixture)
{
    private const int MostStops = 60;

    [Fact]
    public async Task WholeJob_ByKeyboardOnly()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(dashboard);
        await page.Locator("[data-device]").First.WaitForAsync();

        await page.Keyboard.PressAsync("n");
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync();
        await page.Keyboard.InsertTextAsync(Articles.TidalMill);
        await TabToAsync(page, "Shift+Tab", "input[name=kind]");
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Chat" })).ToBeCheckedAsync();
        await page.GetByText("Said so far").Or(page.GetByLabel("Message", new() { Exact = true })).First.WaitForAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        var summarize = page.GetByRole(AriaRole.Radio, new() { Name = "Summarize" });
        await Assertions.Expect(summarize).ToBeCheckedAsync();
        await Assertions.Expect(summarize).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#text")).ToHaveValueAsync(Articles.TidalMill);

        await page.Locator("button[data-run]:enabled").WaitForAsync();
        await TabToAsync(page, "Tab", "button[data-run]");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Succeeded").First.WaitForAsync();

        var result = page.Locator("[aria-label=Result]");
        await result.Locator(".em-read").WaitForAsync();
        await TabToAsync(page, "Tab", "[aria-label=Result] .end button");
        await page.Keyboard.PressAsync("Enter");
        await result.GetByText("Copied").WaitForAsync();
        Assert.Contains("Carrow Creek", await page.EvaluateAsync<string>("navigator.clipboard.readText()"), StringComparison.Ordinal);
        await TabToAsync(page, "Tab", "button[aria-label='Download the text']");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Keyboard.PressAsync("Enter"));
        Assert.EndsWith(".md", download.SuggestedFilename, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reasoning_IsFolded_NamedAndOpenedByKeyboard()
    {
        using var directory = new TemporaryDirectory();
        await using var engine = await OpenAiTestServer.StartAsync();
        engine.Reasoning = string.Join(' ', Enumerable.Repeat("The user asks about tides.\n\nTwo bulges follow the moon, and the Earth turns under both;", 40));
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], $"{engine.Address}v1");
        await dashboard.DeviceAsync("North", d => d.GetProperty("runtimes").EnumerateArray().Any(r => r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == engine.Model)));
        var job = await dashboard.SubmitAsync(new { kind = "chat", text = "Why do tides come twice a day?" });
        await dashboard.EndedAsync(job);

        foreach (var (phone, scheme) in (IEnumerable<(bool, ColorScheme)>)[(false, ColorScheme.Dark), (false, ColorScheme.Light), (true, ColorScheme.Dark), (true, ColorScheme.Light)])
        {
            await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone, scheme);
            var page = session.Page;
            await session.LogInAsync(dashboard);
            await page.GotoAsync($"/jobs/{job}");
            var look = $"reasoning-{(phone ? "phone" : "desktop")}-{scheme.ToString().ToLowerInvariant()}";
            var thought = page.GetByRole(AriaRole.Region, new() { Name = "Reasoning" });
            await page.Locator(".em-read").GetByText("years ahead").WaitForAsync();
            Assert.False(await page.Locator(".jr-thought").IsVisibleAsync());
            await session.PictureAsync(look);

            await TabToAsync(page, "Tab", ".jr-think summary");
            await page.Keyboard.PressAsync("Enter");
            await thought.WaitForAsync();
            await session.PictureAsync(look + "-open");
            await Axe.CheckAsync(page, look);
            Assert.Empty(await page.EvaluateAsync<string[]>(Overflow.Script));

            // Long thoughts scroll by keyboard too.
            await page.Keyboard.PressAsync("Tab");
            await Assertions.Expect(thought).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("End");
            await page.WaitForFunctionAsync("() => document.querySelector('.jr-thought').scrollTop > 0");
            await page.Keyboard.PressAsync("Shift+Tab");
            await page.Keyboard.PressAsync("Enter");
            await thought.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        }
    }

    private static async Task TabToAsync(IPage page, string key, string selector)
    {
        for (var i = 0; i < MostStops; i++)
        {
            await page.Keyboard.PressAsync(key);
            if (await page.EvaluateAsync<bool>("s => document.activeElement.matches(s)", selector))
            {
                return;
            }
        }

        Assert.Fail($"{MostStops} times {key} did not lead to {selector}; it has come to {await page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 160)")}.");
    }
}
