using System.Net;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

/// <summary>Logins, their cookies, and where they lead.</summary>
public sealed class LoginTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Link_WithTheStartToken_SetsAStrictHttpOnlyCookieThatWorks()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var answer = await host.Anonymous.GetAsync(Url($"/login?t={host.StartToken}"), Test);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Matches("^edgemesh_[0-9a-f]{8}=", cookie);
        Assert.DoesNotContain(host.StartToken, cookie, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());

        using var session = await host.LoggedInAsync();
        Assert.Equal(HttpStatusCode.OK, (await session.GetAsync(Url("/api/devices"), Test)).StatusCode);
    }

    [Fact]
    public async Task Link_WithATokenOfAnotherStart_IsRefused()
    {
        await using var first = await ApiFakesHost.StartAsync();
        await using var second = await ApiFakesHost.StartAsync();
        using var answer = await second.Anonymous.GetAsync(Url($"/login?t={first.StartToken}"), Test);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\tevil.example")]
    [InlineData("/login?returnUrl=/login")]
    [InlineData("/logout")]
    [InlineData("jobs")]
    public async Task ReturnUrl_OfElsewhere_LeadsHome(string returnUrl)
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var answer = await host.Anonymous.GetAsync(Url($"/login?t={host.StartToken}&returnUrl={Uri.EscapeDataString(returnUrl)}"), Test);
        Assert.Contains($"url=/{OriginProof.Fragment}", await answer.Content.ReadAsStringAsync(Test), StringComparison.Ordinal);
        Assert.Equal("/", LocalUrl.OrHome(returnUrl));
    }

    [Fact]
    public async Task ReturnUrl_OfOurs_IsKeptAndEncoded()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var answer = await host.Anonymous.GetAsync(Url($"/login?t={host.StartToken}&returnUrl={Uri.EscapeDataString("/jobs?text=\"><script>")}"), Test);
        var page = await answer.Content.ReadAsStringAsync(Test);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains("url=/jobs?text=&quot;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_NeedsItsAntiforgeryToken()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var bare = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = host.AdminKey });
        using var refused = await host.Anonymous.PostAsync(Url("/login"), bare, Test);
        Assert.Equal("/login?error=expired", refused.Headers.Location!.ToString());
        Assert.False(refused.Headers.Contains("Set-Cookie"));

        using var page = await host.Anonymous.GetAsync(Url("/login"), Test);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["token"] = host.AdminKey,
                ["returnUrl"] = "/jobs",
                ["__RequestVerificationToken"] = await page.Content.ReadAsStringAsync(Test),
            }),
        };
        request.Headers.Add("Cookie", ApiFakesHost.Cookie(page));
        using var taken = await host.Anonymous.SendAsync(request, Test);
        Assert.StartsWith($"/jobs{OriginProof.Fragment}", taken.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("edgemesh_", ApiFakesHost.Cookie(taken), StringComparison.Ordinal);
        var antiforgery = page.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("samesite=strict", antiforgery, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", antiforgery, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/login", "/")]
    [InlineData("/login?error=expired&returnUrl=%2Fjobs%3Fstate%3DFailed", "/jobs?state=Failed")]
    [InlineData("/login?returnUrl=https%3A%2F%2Fevil.example%2F", "/")]
    [InlineData("/login?returnUrl=%2F%2Fevil.example", "/")]
    [InlineData("/login?returnUrl=%2Flogin", "/")]
    public async Task LoginPage_OfOneWhoIsSignedIn_LeadsOn(string path, string to)
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var session = await host.LoggedInAsync();
        using var answer = await session.GetAsync(Url(path), Test);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(to, answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task LoginPage_OfASessionWhoseKeyIsGone_IsTheLoginPage()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var (id, secret) = await host.NewKeyAsync();
        using var session = await host.LoggedInAsync(secret);
        await host.SendAsync(HttpMethod.Delete, $"/api/keys/{id:D}");
        using var answer = await session.GetAsync(Url("/login?returnUrl=/jobs"), Test);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Form_OfAnotherSession_IsTakenOnTheBrowsersOwnWord()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var page = await host.Anonymous.GetAsync(Url("/login"), Test);
        var form = new Dictionary<string, string>
        {
            ["token"] = host.AdminKey,
            ["returnUrl"] = "/jobs",
            ["__RequestVerificationToken"] = await page.Content.ReadAsStringAsync(Test),
        };
        using var session = await host.LoggedInAsync((await host.NewKeyAsync()).Secret);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login") { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("Cookie", ApiFakesHost.Cookie(page));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await session.SendAsync(request, Test);
        Assert.StartsWith("/jobs#", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_TooLarge_IsA413()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var large = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = new string('a', 100_000) });
        using var answer = await host.Anonymous.PostAsync(Url("/login"), large, Test);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Logout_WithoutItsAntiforgeryToken_LeavesTheSession()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var session = await host.LoggedInAsync();
        using var answer = await session.PostAsync(Url("/logout"), null, Test);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.OK, (await session.GetAsync(Url("/api/devices"), Test)).StatusCode);
    }

    [Fact]
    public async Task Logins_ManyWrong_AreHeldBack_AndARightOneNeverIs()
    {
        await using var host = await ApiFakesHost.StartAsync(settings: ("EdgeMesh:FailedLoginsPerMinute", "3"));
        for (var n = 0; n < 3; n++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/login?t=wrong", client: host.Anonymous)).Answer.StatusCode);
        }

        var (answer, problem) = await host.SendAsync(HttpMethod.Get, "/login?t=wrong", client: host.Anonymous);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("login_throttled", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("remedy").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, $"/login?t={host.StartToken}", client: host.Anonymous)).Answer.StatusCode);
    }

    [Theory]
    [InlineData("cross-site", "image")]
    [InlineData("same-site", "document")]
    [InlineData("cross-site", "document")]
    public async Task Link_ThatAnotherSiteOpens_SignsNobodyIn(string site, string destination)
    {
        await using var host = await ApiFakesHost.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, $"/login?t={host.StartToken}");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-Dest", destination);
        var (answer, problem) = await host.SendAsync(request, host.Anonymous);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("login_elsewhere", problem.GetProperty("code").GetString());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Link_AfterItsHour_IsWorthNothing()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        var link = $"/login?t={host.StartToken}";
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, link, client: host.Anonymous)).Answer.StatusCode);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, link, client: host.Anonymous)).Answer.StatusCode);
    }

    [Fact]
    public async Task Sessions_OfTwoDashboardsOnOneHost_HaveNamesOfTheirOwn()
    {
        await using var one = await ApiFakesHost.StartAsync();
        await using var two = await ApiFakesHost.StartAsync();
        using var first = await one.Anonymous.GetAsync(Url($"/login?t={one.StartToken}"), Test);
        using var second = await two.Anonymous.GetAsync(Url($"/login?t={two.StartToken}"), Test);
        Assert.NotEqual(ApiFakesHost.Cookie(first).Split('=')[0], ApiFakesHost.Cookie(second).Split('=')[0]);
    }

    private static Uri Url(string path) => new(path, UriKind.Relative);
}
