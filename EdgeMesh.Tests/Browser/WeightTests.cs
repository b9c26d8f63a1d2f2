using EdgeMesh.Tests.Support;
using Microsoft.Playwright;
using System.Collections.Concurrent;

namespace EdgeMesh.Tests.Browser;

/// <summary>What a page weighs on the way to a browser, and what is seen meanwhile.</summary>
[Collection(BrowserTests.Name)]
public sealed class WeightTests(BrowserFixture fixture)
{
    // 400 kbit/s with 300 ms: a phone at the edge of its network.
    private const int SlowBytesPerSecond = 50_000;

    [Fact]
    public async Task FilesOfAPage_AreCompressed_AndKeptForGood()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        // Answers come on another thread.
        ConcurrentQueue<IResponse> files = new();
        session.Page.Response += (_, response) =>
        {
            if (response.Request.ResourceType is "stylesheet" or "script" or "font" or "image")
            {
                files.Enqueue(response);
            }
        };
        await session.LogInAsync(dashboard);
        Assert.Contains(files, f => f.Url.Contains("blazor.web", StringComparison.Ordinal));
        foreach (var file in files.Where(f => f.Url.StartsWith("http", StringComparison.Ordinal)))
        {
            var headers = await file.AllHeadersAsync();
            Assert.Matches("max-age=[0-9]{6,}", headers["cache-control"]);
            Assert.DoesNotContain("no-", headers["cache-control"], StringComparison.Ordinal);
            if (file.Request.ResourceType is "stylesheet" or "script")
            {
                Assert.Contains("immutable", headers["cache-control"], StringComparison.Ordinal);
                Assert.Matches("^(br|gzip)$", headers["content-encoding"]);
            }
        }

        // A second visit asks for none of them again.
        var first = files.Select(f => f.Url).ToHashSet();
        files.Clear();
        await session.Page.GotoAsync("/jobs");
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 }).WaitForAsync();
        Assert.Contains(files, f => first.Contains(f.Url));
        foreach (var file in files.Where(f => first.Contains(f.Url)))
        {
            Assert.True(await CachedAsync(session.Page, file.Url), $"{file.Url} was fetched again.");
        }
    }

    [Fact]
    public async Task SlowLink_ShowsTheSplashFirst_ThenThePage()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await session.Page.GotoAsync($"/login?t={dashboard.LoginUrl.Query[3..]}");
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
        var network = await session.Page.Context.NewCDPSessionAsync(session.Page);
        await network.SendAsync("Network.enable");
        await network.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = true });
        await network.SendAsync("Network.emulateNetworkConditions", new()
        {
            ["offline"] = false,
            ["latency"] = 300,
            ["downloadThroughput"] = SlowBytesPerSecond,
            ["uploadThroughput"] = SlowBytesPerSecond,
        });
        await session.Page.GotoAsync("/", new() { WaitUntil = WaitUntilState.Commit });
        await session.Page.GetByText("Opening EdgeMesh").WaitForAsync();
        Assert.Equal(0, await session.Page.Locator(".shell").CountAsync());
        await session.PictureAsync("splash");
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
        Assert.False(await session.Page.Locator("#splash").IsVisibleAsync());
        var paint = await session.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        var styles = await session.Page.EvaluateAsync<double>("performance.getEntriesByType('resource').find(r => r.name.includes('MudBlazor.min') && r.name.includes('.css')).responseEnd");
        Assert.True(paint < styles, $"First paint after {paint:0} ms, the style sheet was there after {styles:0} ms.");
    }

    private static Task<bool> CachedAsync(IPage page, string url) =>
        page.EvaluateAsync<bool>("url => performance.getEntriesByType('resource').filter(r => r.name === url).every(r => r.transferSize === 0)", url);
}
