using System.Net;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

/// <summary>Sessions are the dashboard's: they end here, and their cookie alone, which any port of the host is sent, opens nothing.</summary>
public sealed class SessionsTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string?> WithoutTheSecret => new()
    {
        { "GET", "/api/keys", null },
        { "GET", "/api/devices", null },
        { "GET", "/api/sessions", null },
        { "GET", "/api/jobs/x/artifacts/a.png", null },
        { "GET", "/api/jobs/x/artifacts/a.png?mark=aaaa", null },
        { "POST", "/api/keys", null },
        { "POST", "/api/jobs", null },
        { "DELETE", "/api/devices/x", null },
        { "POST", "/hubs/mesh/negotiate?negotiateVersion=1", null },
        { "POST", "/hubs/mesh/negotiate?negotiateVersion=1&id=abc", null },
        { "GET", "/hubs/mesh", null },
        { "POST", "/_blazor/negotiate?negotiateVersion=1", null },
        { "GET", "/_blazor", null },
        { "GET", "/api/keys", "wrongwrongwrong" },
        { "GET", "/api/keys", "" },
    };

    [Theory]
    [MemberData(nameof(WithoutTheSecret))]
    public async Task CookieAlone_OpensNothing(string method, string path, string? secret)
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var session = await host.LoggedInAsync();
        session.DefaultRequestHeaders.Remove(OriginProof.Header);
        using HttpRequestMessage request = new(HttpMethod.Parse(method), path);
        if (secret is not null)
        {
            request.Headers.Add(OriginProof.Header, secret);
        }

        var (answer, problem) = await host.SendAsync(request, session);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("origin_unproven", problem.GetProperty("code").GetString());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("the first page", await session.GetStringAsync(Url("/"), Test));
    }

    [Fact]
    public async Task Mark_OpensItsPathForItsSessionOnly()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var sessions = host.App.Services.GetRequiredService<Sessions>();
        using var one = await host.LoggedInAsync();
        var id = sessions.List().Single().Id;
        using var two = await host.LoggedInAsync();
        one.DefaultRequestHeaders.Remove(OriginProof.Header);
        two.DefaultRequestHeaders.Remove(OriginProof.Header);
        var mark = sessions.Mark(id, "/api/devices");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(one, $"/api/devices?mark={mark}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(one, $"/api/keys?mark={mark}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(two, $"/api/devices?mark={mark}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host.Anonymous, $"/api/devices?mark={mark}"));
        using var post = await one.PostAsync(Url($"/api/devices?mark={mark}"), null, Test);
        Assert.Equal(HttpStatusCode.Unauthorized, post.StatusCode);
    }

    [Fact]
    public async Task SignOut_EndsTheSession_NotOnlyItsCookie()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var session = await host.LoggedInAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(session, "/api/devices"));
        using HttpRequestMessage request = new(HttpMethod.Post, "/logout");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        await host.SendAsync(request, session);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(session, "/api/devices"));
        Assert.Empty(host.App.Services.GetRequiredService<ISessions>().List());
    }

    [Fact]
    public async Task Ended_ByAnother_CutsWhatIsOpen()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var session = await host.LoggedInAsync();
        var job = Samples.Job();
        host.Jobs.PublishJob(job);
        host.Jobs.AppendEvent(job.Id, new JobSubmitted(Samples.Now, job.Id, job.Request, job.Title, null));
        using var stream = await session.GetAsync(Url($"/api/jobs/{job.Id}/events"), HttpCompletionOption.ResponseHeadersRead, Test);
        await Until.TrueAsync("the stream to be read", () => host.Jobs.SubscriberCount == 1);

        var (_, list) = await host.SendAsync(HttpMethod.Get, "/api/sessions");
        var id = list.GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/api/sessions/{id}")).Answer.StatusCode);
        await Until.TrueAsync("the stream to be cut", () => host.Jobs.SubscriberCount == 0);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(session, "/api/devices"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, $"/api/sessions/{id}")).Answer.StatusCode);
    }

    [Fact]
    public async Task Unused_EndsAfterTwoWeeks_AndUsed_AfterThreeMonths()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        using var idle = await host.LoggedInAsync();
        using var busy = await host.LoggedInAsync();
        for (var day = 0; day < 90; day += 10)
        {
            // A browser keeps the cookie that each answer may renew.
            using var answer = await busy.GetAsync(Url("/api/devices"), Test);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            if (answer.Headers.Contains("Set-Cookie"))
            {
                busy.DefaultRequestHeaders.Remove("Cookie");
                busy.DefaultRequestHeaders.Add("Cookie", ApiFakesHost.Cookie(answer));
            }

            time.Advance(TimeSpan.FromDays(10));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(idle, "/api/devices"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(busy, "/api/devices"));
    }

    [Fact]
    public async Task SignedIn_WeeksAfterTheFirst_IsAsGoodAsTheFirst()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        using var first = await host.LoggedInAsync(host.AdminKey);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(first, "/api/devices"));
        time.Advance(TimeSpan.FromDays(30));
        using var later = await host.LoggedInAsync(host.AdminKey);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(later, "/api/devices"));
        time.Advance(TimeSpan.FromDays(13));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(later, "/api/devices"));
    }

    [Fact]
    public async Task AnotherOrigin_OfTheSameBrowserAndKey_JoinsTheSession()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var http = await host.LoggedInAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, $"/login?t={host.StartToken}");
        request.Headers.Add("Cookie", http.DefaultRequestHeaders.GetValues("Cookie"));
        using var answer = await host.Anonymous.SendAsync(request, Test);
        var secret = ApiFakesHost.OriginSecret(await answer.Content.ReadAsStringAsync(Test));
        Assert.Single(host.App.Services.GetRequiredService<ISessions>().List());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/api/devices"));
        http.DefaultRequestHeaders.Remove(OriginProof.Header);
        http.DefaultRequestHeaders.Add(OriginProof.Header, secret);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/api/devices"));
    }

    [Fact]
    public async Task Sessions_LastAcrossARestart_AndTheirSecretsAreNotStored()
    {
        using var data = new TemporaryDirectory();
        string cookie, secret;
        await using (var first = await ApiFakesHost.StartAsync(data["data"]))
        {
            using var session = await first.LoggedInAsync();
            (cookie, secret) = (session.DefaultRequestHeaders.GetValues("Cookie").Single(), session.DefaultRequestHeaders.GetValues(OriginProof.Header).Single());
        }

        Assert.DoesNotContain(secret, await File.ReadAllTextAsync(Path.Combine(data["data"], "edgemesh.db"), System.Text.Encoding.Latin1, Test), StringComparison.Ordinal);
        await using var second = await ApiFakesHost.StartAsync(data["data"]);
        using var again = second.NewClient(null);
        again.DefaultRequestHeaders.Add("Cookie", cookie);
        again.DefaultRequestHeaders.Add(OriginProof.Header, secret);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(again, "/api/devices"));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36", "Chrome on Linux")]
    [InlineData("Mozilla/5.0 (Android 15; Mobile; rv:147.0) Gecko/147.0 Firefox/147.0", "Firefox on Android")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15", "Safari on macOS")]
    [InlineData("curl/8.9", "A program")]
    [InlineData("<script>alert(1)</script>", "A program")]
    [InlineData(null, "A program")]
    public void Browser_IsNamedByKnownWordsOnly(string? userAgent, string name) => Assert.Equal(name, BrowserName.Of(userAgent));

    private static Uri Url(string path) => new(path, UriKind.Relative);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(Url(path), Test);
        // A browser takes the cookie that is renewed after half its time.
        if (answer.StatusCode == HttpStatusCode.OK && answer.Headers.Contains("Set-Cookie"))
        {
            client.DefaultRequestHeaders.Remove("Cookie");
            client.DefaultRequestHeaders.Add("Cookie", ApiFakesHost.Cookie(answer));
        }

        return answer.StatusCode;
    }
}
