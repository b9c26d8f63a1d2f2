using System.Text.RegularExpressions;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What a person sees when the dashboard goes and comes again.</summary>
[Collection(BrowserTests.Name)]
public sealed class ReconnectTests(BrowserFixture fixture)
{
    [Fact]
    public async Task DashboardGoesAndComesAgain_BannerThenLivePage()
    {
        using var directory = new TemporaryDirectory();
        var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var address = dashboard.Address;
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, address);
        try
        {
            await session.LogInAsync(dashboard);
            await session.Page.Locator("[data-device]").First.WaitForAsync();
            await dashboard.Process.KillAsync();
        }
        finally
        {
            await dashboard.DisposeAsync();
        }

        try
        {
            await session.Page.GetByText("Reconnecting to the dashboard.").WaitForAsync();
            await Assertions.Expect(session.Page.Locator("#components-reconnect-modal")).ToContainTextAsync(new Regex(@"from \d\d:\d\d:\d\d"));
            Assert.True(await session.Page.Locator("[data-device]").First.IsVisibleAsync());
            await session.PictureAsync("reconnecting");

            await using var again = await DashboardProcess.StartAsync(directory["data"], address.Port);
            await session.Page.Locator("#components-reconnect-modal").WaitForAsync(new() { State = WaitForSelectorState.Hidden, Timeout = 60_000 });
            await session.Page.Locator("[data-device]").First.WaitForAsync();

            // Away from the page before its dashboard stops again, or it would log that too.
            await session.Page.GotoAsync("about:blank");
        }
        finally
        {
            // The browser logs every try in between.
            session.ForgetFaults();
        }
    }
}
