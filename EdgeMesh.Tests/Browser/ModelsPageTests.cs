using System.Text.RegularExpressions;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>The Models page over real processes: a slow download with its figures, cancel, a failure in words, a relay, a removal.</summary>
[Collection(BrowserTests.Name)]
public sealed class ModelsPageTests(BrowserFixture fixture)
{
    private const string Model = "test-org--wordnet-chat";

    [Theory]
    [InlineData(ColorScheme.Dark, false)]
    [InlineData(ColorScheme.Light, true)]
    public async Task Models_GotRelayedCancelledAndRemoved(ColorScheme scheme, bool phone)
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await HubServer.StartAsync();
        hub.Offer("test-org/wordnet-chat", Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Agent", "BuiltInModels", "wordnet-chat"));
        hub.Files.Before = SlowAsync;
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: hub.Files.Authority);
        await using var south = await AgentProcess.JoinAsync(dashboard, "South", directory["south"]);
        var one = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == "North").GetProperty("id").GetString();
        await dashboard.PostAsync("/api/models/install", new { deviceIds = new[] { one }, skills = new[] { "chat" }, source = new { kind = "huggingface", repository = "test-org/wordnet-chat", host = hub.Host } });
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone, scheme);
        await session.LogInAsync(dashboard);
        var page = session.Page;
        var look = $"models-{(phone ? "phone" : "desktop")}-{scheme.ToString().ToLowerInvariant()}";
        await session.GoAsync("/models", "Models");
        var row = page.Locator($"tr[data-model='{Model}']");
        await row.GetByText("On disk").WaitForAsync();
        await Axe.CheckAsync(page, "which model is where");
        await PictureAsync(session, look);

        // A relay: the forecast first, then the transfer.
        await row.GetByRole(AriaRole.Button, new() { Name = $"Get {Model} on South" }).ClickAsync();
        await page.GetByText("estimated; it has").WaitForAsync();
        await PictureAsync(session, look + "-fits");
        await page.GetByRole(AriaRole.Button, new() { Name = "Get it on South" }).ClickAsync();
        await Assertions.Expect(row.GetByText("On disk")).ToHaveCountAsync(2, new() { Timeout = 60_000 });

        // A slow download: figures, then cancelled.
        await page.GetByRole(AriaRole.Radio, new() { Name = "Address" }).ClickAsync();
        await page.GetByLabel("Address", new() { Exact = true }).Last.FillAsync(new Uri(hub.Files.Address, "slow/big-model.onnx").ToString());
        await page.Locator(".md-device input").Nth(1).UncheckAsync();
        await page.Locator(".md-device input").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "See if it fits" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Get it on North" }).ClickAsync();
        var running = page.Locator("[data-transfer='Running']");
        await running.GetByText("/s").WaitForAsync();
        await Axe.CheckAsync(page, "on the way");

        // And one that is refused, with device, cause and remedy.
        await page.Locator(".md-device input").First.UncheckAsync();
        await page.Locator(".md-device input").Nth(1).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "See if it fits" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Get it on South" }).ClickAsync();
        await page.Locator("[data-transfer='Failed']").GetByText("private network").WaitForAsync(new() { Timeout = 30_000 });
        await PictureAsync(session, look + "-transfers");
        await session.AssertFitsWidthAsync();
        await running.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.Locator("[data-transfer='Cancelled']").WaitForAsync();
        await Axe.CheckAsync(page, "failed and cancelled");

        await row.GetByRole(AriaRole.Button, new() { Name = $"Remove {Model} from South" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove model" }).ClickAsync();
        await Assertions.Expect(row.GetByText("On disk")).ToHaveCountAsync(1);

        await page.Locator(".md-try a").First.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "New job", Level = 1 }).WaitForAsync();
        await Assertions.Expect(page.Locator("#text")).ToHaveValueAsync(new Regex("what is"));
    }

    internal static async Task PictureAsync(BrowserSession session, string name)
    {
        await session.Page.EvaluateAsync("window.scrollTo(0, 0)");
        var height = await session.Page.EvaluateAsync<int>("document.documentElement.scrollHeight");
        var before = session.Page.ViewportSize!;
        await session.Page.SetViewportSizeAsync(before.Width, Math.Max(before.Height, height));
        await session.PictureAsync(name);
        await session.Page.SetViewportSizeAsync(before.Width, before.Height);
    }

    /// <summary>A file that takes a minute.</summary>
    private static async Task<bool> SlowAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/slow"))
        {
            return false;
        }

        var piece = new byte[1 << 20];
        context.Response.ContentLength = 240L * piece.Length;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        for (var i = 0; i < 240 && await pace.WaitForNextTickAsync(context.RequestAborted); i++)
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        }

        return true;
    }
}
