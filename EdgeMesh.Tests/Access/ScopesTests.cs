using System.Net;
using System.Text.Json;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

/// <summary>Keys do what their scopes say, until their end.</summary>
public sealed class ScopesTests(ScopesTests.Dashboard dashboard) : IClassFixture<ScopesTests.Dashboard>
{
    private ApiFakesHost Host => dashboard.Host;

    [Theory]
    [InlineData(Scopes.Read, "GET", "/api/devices", true)]
    [InlineData(Scopes.Read, "GET", "/api/jobs", true)]
    [InlineData(Scopes.Read, "POST", "/api/plan", true)]
    [InlineData(Scopes.Read, "POST", "/hubs/mesh/negotiate", true)]
    [InlineData(Scopes.Read, "POST", "/api/jobs", false)]
    [InlineData(Scopes.Read, "POST", "/api/jobs/x/cancel", false)]
    [InlineData(Scopes.Read, "POST", "/api/keys", false)]
    [InlineData(Scopes.Read, "GET", "/api/audit", false)]
    [InlineData(Scopes.Run, "GET", "/api/devices", true)]
    [InlineData(Scopes.Run, "POST", "/api/jobs", true)]
    [InlineData(Scopes.Run, "POST", "/api/jobs/x/rerun", true)]
    [InlineData(Scopes.Run, "DELETE", "/api/jobs/x", false)]
    [InlineData(Scopes.Run, "POST", "/api/devices/x/drain", false)]
    [InlineData(Scopes.Run, "POST", "/api/models/install", false)]
    [InlineData(Scopes.Run, "DELETE", "/api/keys/00000000-0000-0000-0000-000000000000", false)]
    [InlineData(Scopes.Run, "POST", "/api/join-tokens", false)]
    [InlineData(Scopes.Run, "PUT", "/api/qaihub/settings", false)]
    [InlineData(Scopes.Run, "GET", "/api/sessions", false)]
    [InlineData(Scopes.Admin, "GET", "/api/audit", true)]
    [InlineData(Scopes.Admin, "GET", "/api/audit/check", true)]
    [InlineData(Scopes.Admin, "POST", "/api/jobs", true)]
    [InlineData(Scopes.Admin, "DELETE", "/api/devices/x", true)]
    public async Task Key_MayWhatItsScopesSay(Scopes scopes, string method, string path, bool may)
    {
        var (_, secret) = await Host.NewKeyAsync("scoped", scopes);
        using var client = Host.NewClient(secret);
        var (answer, problem) = await Host.SendAsync(HttpMethod.Parse(method), path, method is "GET" or "DELETE" ? null : new { kind = "echo", text = "x" }, client);
        Assert.Equal(may, answer.StatusCode != HttpStatusCode.Forbidden);
        if (!may)
        {
            Assert.Equal("scope_missing", problem.GetProperty("code").GetString());
            Assert.Contains("scoped", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task EveryEndpoint_ThatChangesSomething_NeedsMoreThanRead()
    {
        var (_, secret) = await Host.NewKeyAsync("reader", Scopes.Read);
        using var client = Host.NewClient(secret);
        var (_, description) = await Host.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var changing = description.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Where(m => m.Name is "post" or "put" or "patch" or "delete").Select(m => (Method: m.Name, Path: p.Name)))
            .Where(e => e.Path.StartsWith("/api/", StringComparison.Ordinal) && e.Path is not ("/api/plan" or "/api/models/preview")).ToList();
        Assert.True(changing.Count > 25, $"Only {changing.Count} endpoints were found.");
        foreach (var (method, path) in changing)
        {
            var real = System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "00000000-0000-0000-0000-000000000000");
            var (answer, _) = await Host.SendAsync(HttpMethod.Parse(method), real, client: client);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {path} answered {answer.StatusCode} to a key that may only read.");
        }
    }

    [Fact]
    public async Task NewKey_WithoutScopes_MayLookAndRun_AndTellsThem()
    {
        var (answer, made) = await Host.SendAsync(HttpMethod.Post, "/api/keys", new { name = "plain" });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(["read", "run"], Words(made.GetProperty("scopes")));
        Assert.Equal(JsonValueKind.Null, made.GetProperty("expiresAt").ValueKind);
    }

    [Theory]
    [InlineData("""{"name":"x","scopes":["root"]}""", "scopes_invalid")]
    [InlineData("""{"name":"x","scopes":[]}""", "scopes_invalid")]
    [InlineData("""{"name":"x","expiresAt":"2001-01-01T00:00:00Z"}""", "expiry_invalid")]
    public async Task NewKey_Wrong_IsA400(string body, string code)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/keys") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        var (answer, problem) = await Host.SendAsync(request);
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task OwnersKey_GoesOnlyWithItsSecret_AndTheLastAdminNever()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var owner = (await host.SendAsync(HttpMethod.Get, "/api/keys")).Body.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal("key_last", (await host.SendAsync(HttpMethod.Delete, $"/api/keys/{owner}")).Body.GetProperty("code").GetString());

        var (_, secret) = await host.NewKeyAsync("second", Scopes.Admin);
        using var second = host.NewClient(secret);
        var (refused, problem) = await host.SendAsync(HttpMethod.Delete, $"/api/keys/{owner}", client: second);
        Assert.Equal((HttpStatusCode.Conflict, "key_proof_needed"), (refused.StatusCode, problem.GetProperty("code").GetString()));
        second.DefaultRequestHeaders.Add("X-EdgeMesh-Proof", host.AdminKey);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/api/keys/{owner}", client: second)).Answer.StatusCode);
    }

    [Fact]
    public async Task Key_AfterItsEnd_IsRefused_AndWhatLivesByItEnds()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        var (_, made) = await host.SendAsync(HttpMethod.Post, "/api/keys", new { name = "week", scopes = new[] { "read" }, expiresAt = Samples.Now.AddDays(7) });
        using var client = host.NewClient(made.GetProperty("secret").GetString());
        using var session = await host.LoggedInAsync(made.GetProperty("secret").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/api/devices", client: client)).Answer.StatusCode);
        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal("key_wrong", (await host.SendAsync(HttpMethod.Get, "/api/devices", client: client)).Body.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/api/devices", client: session)).Answer.StatusCode);
    }

    [Fact]
    public async Task Key_AtItsEnd_CutsWhatIsOpenAtThatMoment_HoweverLongItLasted()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        var keys = host.App.Services.GetRequiredService<ApiKeys>();
        var (minute, week) = (await EndsAsync(TimeSpan.FromSeconds(30)), await EndsAsync(TimeSpan.FromDays(7)));
        Assert.False(minute.IsCancellationRequested || week.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(minute.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(minute.IsCancellationRequested);

        time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(120));
        // As once a minute.
        await keys.EndOverAsync();
        Assert.False(week.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.True(week.IsCancellationRequested);

        async Task<CancellationToken> EndsAsync(TimeSpan after) =>
            keys.Revoked((await keys.CreateAsync("ends", Scopes.Read, Samples.Now + after, TestContext.Current.CancellationToken)).Key.Id);
    }

    private static IEnumerable<string?> Words(JsonElement list) => list.EnumerateArray().Select(e => e.GetString());

    /// <summary>One dashboard for all cases.</summary>
    public sealed class Dashboard : IAsyncLifetime
    {
        internal ApiFakesHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await ApiFakesHost.StartAsync();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
