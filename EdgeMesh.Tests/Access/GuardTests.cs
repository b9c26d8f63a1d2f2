using System.Net;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Access;

/// <summary>Who gets in: keys, hosts, origins.</summary>
public sealed class GuardTests(GuardTests.Started started) : IClassFixture<GuardTests.Started>
{
    private ApiFakesHost Host => started.Host;

    [Theory]
    [InlineData("/api/jobs")]
    [InlineData("/api/nothing")]
    [InlineData("/openapi/v1.json")]
    public async Task Api_Anonymous_IsA401ProblemAndNoRedirect(string path)
    {
        var (answer, problem) = await Host.SendAsync(HttpMethod.Get, path, client: Host.Anonymous);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("login_needed", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("remedy").GetString()!);
    }

    [Theory]
    [InlineData("em_guessed")]
    [InlineData("")]
    [InlineData("em_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Api_WrongKey_IsA401ThatSaysSo(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/devices");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        var (answer, problem) = await Host.SendAsync(request, Host.Anonymous);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(key.Length == 0 ? "login_needed" : "key_wrong", problem.GetProperty("code").GetString());
        Assert.DoesNotContain(key.Length == 0 ? "Bearer \"" : key, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("localhost.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("[::2]")]
    public async Task Host_OfAnotherName_IsA421(string name)
    {
        foreach (var path in (string[])["/api/devices", "/healthz", "/login", "/assets/css/app.css"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = name } };
            var (answer, problem) = await Host.SendAsync(request);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
            Assert.Equal("host_refused", problem.GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:9")]
    [InlineData("mesh.example")]
    public async Task Host_OfOurs_IsFine(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/devices") { Headers = { Host = name } };
        Assert.Equal(HttpStatusCode.OK, (await Host.SendAsync(request)).Answer.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/api/jobs", "Origin", "https://evil.example")]
    [InlineData("POST", "/api/join-tokens", "Origin", "null")]
    [InlineData("DELETE", "/api/keys/00000000-0000-0000-0000-000000000000", "Origin", "http://127.0.0.1:1")]
    [InlineData("POST", "/login", "Origin", "http://localhost:9999")]
    [InlineData("GET", "/hubs/mesh", "Origin", "https://evil.example")]
    [InlineData("POST", "/hubs/mesh/negotiate", "Sec-Fetch-Site", "cross-site")]
    [InlineData("POST", "/api/jobs", "Sec-Fetch-Site", "same-site")]
    public async Task Origin_OfAnotherSite_IsA403(string method, string path, string header, string value)
    {
        using var session = await Host.LoggedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        request.Headers.TryAddWithoutValidation(header, value);
        var (answer, problem) = await Host.SendAsync(request, session);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("origin_refused", problem.GetProperty("code").GetString());
        Assert.Empty(Host.Jobs.Submitted);
    }

    [Theory]
    [InlineData("Origin", "null", "Sec-Fetch-Site", "same-origin")]
    [InlineData("Origin", "https://mesh.example", "Sec-Fetch-Site", "same-origin")]
    [InlineData("Origin", "https://mesh.example", "Accept", "text/html")]
    public async Task Origin_OfOurOwnPage_IsFine(string header, string value, string other, string otherValue)
    {
        using var session = await Host.LoggedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout");
        request.Headers.TryAddWithoutValidation(header, value);
        request.Headers.TryAddWithoutValidation(other, otherValue);
        var (answer, _) = await Host.SendAsync(request, session);
        Assert.Equal("/login", answer.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("POST", "/login", "Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/logout", "Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/jobs", "Host", "evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Refused_InABrowser_IsAPageWithTheCauseAndTheRemedy(string method, string path, string header, string value, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        request.Headers.TryAddWithoutValidation(header, value);
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml");
        using var answer = await Host.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<h1>", page, StringComparison.Ordinal);
        Assert.Contains("EdgeMesh:Hosts", page, StringComparison.Ordinal);
        Assert.Contains("evil.example", value is "cross-site" ? "evil.example" : page, StringComparison.Ordinal);
        Assert.DoesNotContain("{\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_CarryTheHeadersThatKeepAPageToItself()
    {
        foreach (var path in (string[])["/api/devices", "/login", "/scalar", "/api/nothing"])
        {
            var (answer, _) = await Host.SendAsync(HttpMethod.Get, path);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("same-origin", answer.Headers.GetValues("Referrer-Policy").Single());
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("script-src 'self' 'unsafe", policy, StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Secrets_AskedForTooOften_AreA429WithRetryAfter()
    {
        var (_, secret) = await Host.NewKeyAsync("greedy");
        using var greedy = Host.NewClient(secret);
        HttpStatusCode last = default;
        for (var n = 0; n < 70 && last != HttpStatusCode.TooManyRequests; n++)
        {
            var (answer, problem) = await Host.SendAsync(HttpMethod.Post, "/api/join-tokens", client: greedy);
            last = answer.StatusCode;
            if (last == HttpStatusCode.TooManyRequests)
            {
                Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
                Assert.Equal(answer.Headers.RetryAfter.Delta.Value.TotalSeconds, problem.GetProperty("retryAfterSeconds").GetInt32());
                Assert.Equal("too_many_requests", problem.GetProperty("code").GetString());
            }
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    /// <summary>One dashboard over fakes.</summary>
    public sealed class Started : IAsyncLifetime
    {
        public ApiFakesHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await ApiFakesHost.StartAsync(settings: ("EdgeMesh:Hosts:0", "mesh.example"));

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
