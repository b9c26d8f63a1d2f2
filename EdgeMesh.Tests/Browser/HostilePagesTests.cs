using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Browser;

/// <summary>Pages of others in the browser of somebody who is signed in.</summary>
[Collection(BrowserTests.Name)]
public sealed class HostilePagesTests(BrowserFixture fixture)
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NameThatWasReboundToThisComputer_GetsNothing_AndStrangersDoNotFillTheLog()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        using var strangers = new Strangers(dashboard.Address);
        strangers.BeginSlowBodies();
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);

        // Browsers take every name under localhost to this computer, as a rebound name would be.
        var answer = await session.Page.GotoAsync($"http://attacker.localhost:{dashboard.Address.Port}/login");

        Assert.Equal(421, answer!.Status);
        Assert.Contains("This dashboard is not known by that name.", await answer.TextAsync(), StringComparison.Ordinal);
        session.ForgetFaults();

        // More of each kind than a minute's lines, and the log has no more of any.
        var before = dashboard.Process.Output.Split('\n').Length;
        var asked = await strangers.AskAsync(Test);
        var lines = dashboard.Process.Output.Split('\n')[before..];
        Assert.True(asked > 6 * LogPace.Most, $"Only {asked} requests.");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', lines.GroupBy(Kind).Select(k => $"{k.Count()} × {k.First()}")));
        Assert.All(lines.GroupBy(Kind), kind => Assert.InRange(kind.Count(), 1, LogPace.Most + 1));
        Assert.InRange(lines.Length, 1, 4 * LogPace.Most);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await dashboard.Client.GetAsync(new Uri("/readyz", UriKind.Relative), Test)).StatusCode);
    }

    // Lines of one kind differ in their figures and names only.
    private static string Kind(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.All(char.IsLetter)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("attacker.localhost")]
    public async Task PageOfAnotherOrigin_OpensNoWebSocketAndSubmitsNoJob(string host)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        await using var attacker = await ServeAsync(dashboard.Address);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        await session.LogInAsync(dashboard);

        // The same computer, so that the session's cookie may well be sent along.
        await session.Page.GotoAsync($"http://{host}:{new Uri(attacker.Urls.First()).Port}/");
        await session.Page.Locator("#done").WaitForAsync();

        Assert.Equal("closed closed closed", await session.Page.Locator("#sockets").InnerTextAsync());
        Assert.Equal("refused refused", await session.Page.Locator("#requests").InnerTextAsync());
        Assert.Empty((await dashboard.GetAsync("/api/jobs")).GetProperty("items").EnumerateArray());
        Assert.Single((await dashboard.GetAsync("/api/keys")).GetProperty("items").EnumerateArray());
        session.ForgetFaults();
    }

    private static async Task<WebApplication> ServeAsync(Uri dashboard)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", () => Results.Content(Page(dashboard), "text/html"));
        await app.StartAsync(Test);
        return app;
    }

    private static string Page(Uri dashboard) => $$"""
        <!doctype html><p id="sockets"></p><p id="requests"></p>
        <script>
        const at = '{{dashboard.Authority}}';
        const socket = path => new Promise(done => {
          const s = new WebSocket(`ws://${at}${path}`);
          s.onopen = () => done('open');
          s.onclose = () => done('closed');
        });
        const send = (path, body) => fetch(`http://${at}${path}`, { method: 'POST', body, credentials: 'include', mode: 'cors' }).then(r => r.ok ? 'done' : 'refused', () => 'refused');
        (async () => {
          document.getElementById('sockets').textContent = (await Promise.all(['/hubs/mesh', '/_blazor', '/agent/link'].map(socket))).join(' ');
          document.getElementById('requests').textContent = (await Promise.all([send('/api/jobs', '{"kind":"echo","text":"x"}'), send('/api/keys', '{"name":"x"}')])).join(' ');
          document.body.insertAdjacentHTML('beforeend', '<p id="done">done</p>');
        })();
        </script>
        """;
}
