using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What holds on every page, whatever is on it: it fits the window, shows the focus, answers the keyboard, and names its parts.</summary>
[Collection(BrowserTests.Name)]
public sealed class EveryPageTests(BrowserFixture fixture, LongNamesMesh mesh) : IClassFixture<LongNamesMesh>
{
    // A desktop, a small laptop, the desktop at 200 % zoom, a phone, and the desktop at 400 % zoom.
    private static readonly int[] s_widths = [1440, 1024, 720, 390, 320];

    public static TheoryData<string> Pages => EveryPage.Names;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_AtEveryWidth_HasNothingBesideTheWindowOrItsCard(string name)
    {
        await using var session = await OpenAsync(name);
        List<string> faults = [];
        foreach (var width in s_widths)
        {
            await session.Page.SetViewportSizeAsync(width, 900);
            await SettledAsync(session.Page);
            faults.AddRange((await session.Page.EvaluateAsync<string[]>(Overflow.Script)).Select(f => $"{width} px: {f}"));
            if (Environment.GetEnvironmentVariable("EDGEMESH_SCREENSHOTS") is not null)
            {
                await ModelsPageTests.PictureAsync(session, $"{name}-{width}");
            }
        }

        session.ForgetFaultsOf(name);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task EveryTabStop_ShowsThatItHasTheFocus(string name)
    {
        await using var session = await OpenAsync(name);
        var stops = await TabStops.WalkAsync(session.Page);
        Assert.True(stops.Count > 5, $"Only {stops.Count} tab stops were found.");
        session.ForgetFaultsOf(name);
        Assert.Empty(stops.Where(s => s.Fault is not null).Select(s => $"{s.What}: {s.Fault}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task EveryRadioGroup_AnswersArrowKeys_AndIsOneTabStop(string name)
    {
        await using var session = await OpenAsync(name);
        foreach (var group in await session.Page.Locator("[role=radiogroup]").AllAsync())
        {
            await RadioGroups.CheckAsync(group);
        }

        session.ForgetFaultsOf(name);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_HasNoFaultOfAxe(string name)
    {
        await using var session = await OpenAsync(name);
        await Axe.CheckAsync(session.Page, name);
        session.ForgetFaultsOf(name);
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
