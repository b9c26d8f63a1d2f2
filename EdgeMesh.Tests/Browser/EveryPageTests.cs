using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What holds on every page, whatever is on it: it fits the window, shows the focus, answers the keyboard, and names its parts.</summary>
[Collection(PageTests.Name)]
public sealed class EveryPageTests(BrowserFixture fixture, LongNamesMesh mesh) : IClassFixture<LongNamesMesh>
{
    // A desktop, a small laptop, the desktop at 200 % zoom, a phone, and the desktop at 400 % zoom.
    private static readonly int[] s_widths = [1440, 1024, 720, 390, 320];

    public static TheoryData<string> Pages => EveryPage.Names;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_FitsEveryWidth_ShowsItsFocus_AnswersArrows_AndHasNoFaultOfAxe(string name)
    {
        await using var session = await OpenAsync(name);
        await FitsEveryWidthAsync(session, name);
        await SaysItPlainlyAsync(session.Page);
        await Axe.CheckAsync(session.Page, name);
        await session.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Assertions.Expect(session.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await Axe.CheckAsync(session.Page, $"{name}, light", "color-contrast");
        await session.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });

        var stops = await TabStops.WalkAsync(session.Page);
        Assert.True(stops.Count > (name.StartsWith("login", StringComparison.Ordinal) ? 2 : 5), $"Only {stops.Count} tab stops were found.");
        Assert.Empty(stops.Where(s => s.Fault is not null).Select(s => $"{s.What}: {s.Fault}"));

        foreach (var group in await session.Page.Locator("[role=radiogroup]").AllAsync())
        {
            await RadioGroups.CheckAsync(group);
        }

        session.ForgetFaultsOf(name);
    }

    private static async Task FitsEveryWidthAsync(BrowserSession session, string name)
    {
        List<string> faults = [];
        foreach (var width in s_widths)
        {
            await session.Page.SetViewportSizeAsync(width, 900);
            await SettledAsync(session.Page);
            faults.AddRange((await session.Page.EvaluateAsync<string[]>(Overflow.Script)).Select(f => $"{width} px: {f}"));
            if (Environment.GetEnvironmentVariable("EDGEMESH_SCREENSHOTS") is not null)
            {
                foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
                {
                    await session.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                    await SettledAsync(session.Page);
                    await ModelsPageTests.PictureAsync(session, $"{name}-{width}-{scheme}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        await session.Page.SetViewportSizeAsync(s_widths[0], 900);
        await SettledAsync(session.Page);
    }

    // What is composed while the page is drawn is in no text of the code.
    private static async Task SaysItPlainlyAsync(IPage page)
    {
        var texts = await page.EvaluateAsync<string[]>("""
            () => [...document.body.innerText.split('\n'), ...[...document.querySelectorAll('[title], [aria-label], [placeholder]')].flatMap(e => [e.title, e.ariaLabel, e.placeholder])].filter(t => t)
            """);
        Assert.NotEmpty(texts);
        Assert.Empty(texts.Select(t => (ApiWords.In(t) ?? RetiredWords.In(t), t)).Where(f => f.Item1 is not null).Distinct());
    }

    private static Task SettledAsync(IPage page) => page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");

    private async Task<BrowserSession> OpenAsync(string name)
    {
        var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Mesh.Address);
        await session.LogInAsync(mesh.Mesh.LoginUrl);
        await mesh.OpenAsync(session.Page, name);
        return session;
    }
}

/// <summary>A browser of their own, so that they run beside the other browser tests.</summary>
[CollectionDefinition(Name)]
public sealed class PageTests : ICollectionFixture<BrowserFixture>
{
    public const string Name = "Pages";
}
