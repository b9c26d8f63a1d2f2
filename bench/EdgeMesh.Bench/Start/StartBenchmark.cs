using EdgeMesh.Tests.Browser;
using Microsoft.Playwright;

namespace EdgeMesh.Bench.Start;

/// <summary>How long a person waits: for the dashboard to be ready, and for its first page to answer.</summary>
internal sealed class StartBenchmark : IBenchmark
{
    private const int Times = 5;

    public string Name => "start";

    public string Summary => "from starting the built dashboard until it is ready, and from a navigation until its page answers";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        using var directory = new TemporaryDirectory();
        double[] emptyReady = new double[Times], emptyPage = new double[Times], ready = new double[Times], page = new double[Times], answer = new double[Times];
        for (var i = 0; i < Times; i++)
        {
            var (process, address, readyAfter) = await EmptyHost.StartAsync(cancellationToken);
            await using var empty = process;
            emptyReady[i] = readyAfter.TotalSeconds;
            emptyPage[i] = await EmptyPageAsync(browser, address);
        }

        double firstReady, firstPage;
        await using (var first = await RealDashboard.StartAsync(directory["data"], cancellationToken))
        {
            firstReady = first.ReadyAfter.TotalSeconds;
            (firstPage, _) = await PageAsync(browser, first.LoginUrl);
        }

        for (var i = 0; i < Times; i++)
        {
            await using var dashboard = await RealDashboard.StartAsync(directory["data"], cancellationToken);
            ready[i] = dashboard.ReadyAfter.TotalSeconds;
            await PageAsync(browser, dashboard.LoginUrl);
            (page[i], answer[i]) = await PageAsync(browser, dashboard.LoginUrl);
        }

        const string Text = "a text of that program";
        var (readyBaseline, pageBaseline) = (Repeat.Median(emptyReady), Repeat.Median(emptyPage));
        return
        [
            new("dashboard ready, new data directory", firstReady, "s", Target.AtMost(5), EmptyHost.Name, readyBaseline),
            new($"dashboard ready, median of {Times}", Repeat.Median(ready), "s", Target.AtMost(5), EmptyHost.Name, readyBaseline),
            new("first page ever interactive", firstPage, "s", null, Text, pageBaseline),
            new($"first page interactive after a warm start, median of {Times}", Repeat.Median(page), "s", Target.AtMost(2), Text, pageBaseline),
            new("a click answered by another page", Repeat.Median(answer), "s", null, Text, pageBaseline),
        ];
    }

    private static async Task<double> EmptyPageAsync(IBrowser browser, Uri address)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var start = Stopwatch.GetTimestamp();
        await page.GotoAsync(address.ToString());
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // A fresh browser context has nothing cached. Pages are not prerendered, so what is on them was sent by the circuit.
    private static async Task<(double Interactive, double Click)> PageAsync(IBrowser browser, Uri loginUrl)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var start = Stopwatch.GetTimestamp();
        await page.GotoAsync(loginUrl.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("[data-device]").First.WaitForAsync();
        var interactive = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        await page.GetByRole(AriaRole.Link, new() { Name = "Jobs", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 }).WaitForAsync();
        return (interactive, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
