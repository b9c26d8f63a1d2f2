using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What holds in every dialog: the focus is in it and stays, Escape gives it back, and it fits the window.</summary>
[Collection(BrowserTests.Name)]
public sealed class DialogTests(BrowserFixture fixture, LongNamesMesh mesh) : IClassFixture<LongNamesMesh>
{
    // A real control of the dialog; never the empty elements that MudBlazor puts at both ends.
    private const string HasFocus = """
        () => {
          const e = document.activeElement;
          return e.closest('.mud-dialog') !== null && (e.matches('a, button, input, select, textarea, summary') || e.tabIndex === 0 && e.textContent.trim() !== '') && !e.querySelector('.mud-dialog-content');
        }
        """;

    private const string Shown = """
        () => {
          const one = document.querySelector('.pal-i[aria-selected=true]')?.getBoundingClientRect(), list = document.querySelector('.pal').getBoundingClientRect();
          return one !== undefined && one.top >= list.top && one.bottom <= list.bottom + 1;
        }
        """;

    private static readonly int[] s_widths = [1440, 1024, 720, 390, 320];

    public static TheoryData<string> Dialogs => EveryDialog.Names;

    [Theory]
    [MemberData(nameof(Dialogs))]
    public async Task Focus_IsInIt_StaysAtBothEnds_AndGoesBackAfterEscape(string name)
    {
        await using var session = await OpenAsync();
        var page = session.Page;
        var opener = await mesh.OpenDialogAsync(page, name);
        await page.WaitForFunctionAsync(HasFocus);

        HashSet<string> stops = [];
        foreach (var key in Enumerable.Repeat("Tab", 24).Concat(Enumerable.Repeat("Shift+Tab", 24)))
        {
            await page.Keyboard.PressAsync(key);
            Assert.True(await page.EvaluateAsync<bool>(HasFocus), $"{key} led to {await page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 120)")}.");
            stops.Add(await page.EvaluateAsync<string>("document.activeElement.outerHTML"));
        }

        Assert.True(stops.Count >= (name == "palette" ? 1 : 2), $"Only {stops.Count} stops.");
        var groups = await page.Locator(".mud-dialog [role=radiogroup]").AllAsync();
        Assert.Equal(name == "add-device" ? 1 : 0, groups.Count);
        foreach (var group in groups)
        {
            await RadioGroups.CheckAsync(group);
        }

        await CloseAsync(page);
        await Assertions.Expect(opener).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("new", "#text")]
    [InlineData("jobs", "[data-search]")]
    public async Task Palette_OpenedFromATextBox_GivesItTheFocusBackAndKeepsItsCaret(string where, string box)
    {
        await using var session = await OpenAsync();
        var page = session.Page;
        await mesh.OpenAsync(page, where);
        await page.Locator(box).FillAsync("in the middle of");
        await page.Locator(box).EvaluateAsync("b => b.setSelectionRange(3, 6)");
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator(".palette [role=combobox]")).ToBeFocusedAsync();
        await CloseAsync(page);
        await Assertions.Expect(page.Locator(box)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("its");
        await Assertions.Expect(page.Locator(box)).ToHaveValueAsync("in its middle of");
    }

    [Theory]
    [MemberData(nameof(Dialogs))]
    public async Task Dialog_AtEveryWidth_FitsTheWindow_AndHasNoFaultOfAxe(string name)
    {
        await using var session = await OpenAsync();
        var page = session.Page;
        await mesh.OpenDialogAsync(page, name);
        List<string> faults = [];
        foreach (var width in s_widths)
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            faults.AddRange((await page.EvaluateAsync<string[]>(Overflow.Script)).Select(f => $"{width} px: {f}"));
            var over = await page.EvaluateAsync<int>("(c => c.scrollWidth - c.clientWidth)(document.querySelector('.mud-dialog-content'))");
            var box = (await page.Locator(".mud-dialog").BoundingBoxAsync())!;
            if (over > 0 || box.X < 0 || box.X + box.Width > width || box.Y < 0 || box.Y + box.Height > 900)
            {
                faults.Add($"{width} px: the dialog scrolls {over} px sideways, or does not fit: {box.X} + {box.Width}, {box.Y} + {box.Height}");
            }

            if (Environment.GetEnvironmentVariable("EDGEMESH_SCREENSHOTS") is not null)
            {
                await session.PictureAsync($"dialog-{name}-{width}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        await Axe.CheckAsync(page, name);
    }

    [Fact]
    public async Task Palette_ScrollsToItsSelection()
    {
        await using var session = await OpenAsync();
        var page = session.Page;
        await mesh.OpenDialogAsync(page, "palette");
        await page.WaitForFunctionAsync("() => { const list = document.querySelector('.pal'); return list.scrollHeight > list.clientHeight; }");
        foreach (var (key, times) in (IEnumerable<(string, int)>)[("ArrowDown", 25), ("ArrowUp", 12)])
        {
            for (var i = 0; i < times; i++)
            {
                var before = await page.Locator("[role=combobox]").GetAttributeAsync("aria-activedescendant");
                await page.Keyboard.PressAsync(key);
                await Assertions.Expect(page.Locator("[role=combobox]")).Not.ToHaveAttributeAsync("aria-activedescendant", before!);
                await page.WaitForFunctionAsync(Shown);
            }
        }

        // From the first up to the last: all the way down.
        await page.Keyboard.TypeAsync("a");
        await Assertions.Expect(page.Locator("[role=combobox]")).ToHaveAttributeAsync("aria-activedescendant", "palette-0");
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(page.Locator(".pal-i").Last).ToHaveAttributeAsync("aria-selected", "true");
        await page.WaitForFunctionAsync(Shown);
    }

    [Fact]
    public async Task More_OnAPhone_LeadsToQaiHub_ByTouchAndByKeyboard()
    {
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Mesh.Address, phone: true);
        var page = session.Page;
        await session.LogInAsync(mesh.Mesh.LoginUrl);
        var more = page.Locator(".bottombar").GetByRole(AriaRole.Button, new() { Name = "More" });
        await more.TapAsync();
        var sheet = page.GetByRole(AriaRole.Navigation, new() { Name = "More pages" });
        await sheet.WaitForAsync();
        await Axe.CheckAsync(page, "more");
        await session.PictureAsync("more-phone");
        Assert.Empty(await page.EvaluateAsync<string[]>(Overflow.Script));
        await page.Keyboard.PressAsync("Escape");
        await sheet.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await Assertions.Expect(more).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(sheet.GetByRole(AriaRole.Link, new() { Name = "QAI Hub" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("tr[data-device]").First.WaitForAsync();
        await sheet.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await Assertions.Expect(more).ToHaveAttributeAsync("aria-current", "true");
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("tokens")]
    [InlineData("models")]
    public async Task LinkToASectionOfSettings_ShowsIt_AndTabGoesOnInIt(string section)
    {
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Mesh.Address, phone: true);
        var page = session.Page;
        await session.LogInAsync(mesh.Mesh.LoginUrl);
        await page.GotoAsync($"/settings#{section}");
        await Assertions.Expect(page.Locator($"#{section}")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator($"#{section}")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.EvaluateAsync<bool>($"document.activeElement.closest('section').querySelector('#{section}') !== null"), await page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 200)"));
    }

    private static async Task CloseAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Escape");
        await page.Locator(".mud-dialog").WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    private async Task<BrowserSession> OpenAsync()
    {
        var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Mesh.Address);
        await session.LogInAsync(mesh.Mesh.LoginUrl);
        return session;
    }
}
