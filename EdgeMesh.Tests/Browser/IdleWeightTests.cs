using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What pages weigh on a slow link while nobody does anything, and while somebody types into a long text.</summary>
[Collection(BrowserTests.Name)]
public sealed class IdleWeightTests(BrowserFixture fixture)
{
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(4, 2_000)]
    [InlineData(50, 15_000)]
    public async Task IdlePages_WhileDevicesBeat_SendLittle(int devices, int mostPerSecond)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        await using var fleet = await BeatingFleet.JoinAsync(dashboard, devices);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var weight = SocketWeight.Of(session.Page);
        await session.LogInAsync(dashboard);
        await session.Page.GetByText($"{devices} of {devices} devices online").First.WaitForAsync();
        await session.Page.Locator("[data-device^='Restless']").First.WaitForAsync();
        var fleetPage = await weight.ReceivedPerSecondAsync(Measured);
        await session.GoAsync("/new", "New job");
        await session.Page.Locator("#text").FillAsync("The mill turns with the tide. Nobody minds the noise.");
        await session.Page.Locator("tr[data-verdict]").First.WaitForAsync();
        var newJob = await weight.ReceivedPerSecondAsync(Measured);
        TestContext.Current.TestOutputHelper?.WriteLine($"{devices} devices: Fleet {fleetPage:0} B/s, New job {newJob:0} B/s");
        Assert.InRange(fleetPage, 1, mostPerSecond);
        Assert.InRange(newJob, 0, mostPerSecond);
    }

    [Fact]
    public async Task Typing_IntoALongText_SendsWhatChangedAndRunsWhatIsThere()
    {
        const int Keys = 20;
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var weight = SocketWeight.Of(session.Page);
        await session.LogInAsync(dashboard);
        await session.GoAsync("/new", "New job");
        var box = session.Page.Locator("#text");
        var text = string.Concat(Enumerable.Repeat("The mill turns with the tide. ", 5_000));
        await box.FillAsync(text);
        await session.Page.GetByText("150,000", new() { Exact = true }).WaitForAsync();

        // In the middle, with a pair of surrogates, a line end and some of it taken away again.
        await box.EvaluateAsync("box => box.setSelectionRange(75000, 75000)");
        var before = weight.Sent;
        await box.PressSequentiallyAsync("Löwen 🦁 schlafen.\n", new LocatorPressSequentiallyOptions { Delay = 30 });
        await box.PressAsync("Backspace");
        await session.Page.GetByText("150,018", new() { Exact = true }).WaitForAsync();
        Assert.InRange((weight.Sent - before) / Keys, 1, 1_000);

        await session.Page.Locator("button[data-run]:not([disabled])").WaitForAsync();
        await box.PressAsync("Control+Enter");
        await session.Page.WaitForURLAsync("**/jobs/*");
        await session.GoAsync($"/new?from={session.Page.Url.Split('/')[^1]}", "New job");
        Assert.Equal(text.Insert(75_000, "Löwen 🦁 schlafen."), await box.InputValueAsync());
    }
}
