using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What is typed right after a shortcut, on a link on which the answer takes its time.</summary>
[Collection(BrowserTests.Name)]
public sealed class ShortcutTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Palette_KeysTypedWhileItOpens_AreItsOwn()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        var link = await HeldLink.OnAsync(page);
        await session.LogInAsync(dashboard);

        // N opens New job, but not while the palette is on its way; neither by the key nor by its button.
        link.Hold();
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("new jox");
        await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.TypeAsync("b");
        link.Release();
        var box = page.GetByRole(AriaRole.Combobox);
        await Assertions.Expect(box).ToBeFocusedAsync();
        await Assertions.Expect(box).ToHaveValueAsync("new job");
        Assert.Equal("/", new Uri(page.Url).AbsolutePath);
        await page.Keyboard.PressAsync("Escape");
        await page.Locator(".palette").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        // A whole command before the palette is there.
        link.Hold();
        await page.Locator("button.cmd").ClickAsync();
        await page.Keyboard.TypeAsync("settings");
        await page.Keyboard.PressAsync("Enter");
        link.Release();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Settings", Level = 1 }).WaitForAsync();

        // And one that is thought better of.
        link.Hold();
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("n");
        await page.Keyboard.PressAsync("Escape");
        link.Release();
        await page.Locator(".palette").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.Locator(".palette").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal("/settings", new Uri(page.Url).AbsolutePath);
    }

    [Fact]
    public async Task NewJob_TextTypedWhileItOpens_IsItsText()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        var link = await HeldLink.OnAsync(page);
        await session.LogInAsync(dashboard);

        link.Hold();
        await page.Keyboard.PressAsync("n");
        await page.Keyboard.TypeAsync("Now / then.");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("k");
        link.Release();
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#text")).ToHaveValueAsync("Now / then.\nk");
        await page.GetByText("13 characters").WaitForAsync();

        // On the page itself the key goes back to the text.
        await page.Locator("a.new").FocusAsync();
        await page.Keyboard.PressAsync("n");
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync();
    }
}
