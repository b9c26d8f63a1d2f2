using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Hubs;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.Dashboard.QaiHub.Zoo;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Fakes;

/// <summary>The outside of the dashboard as it is, in a real Kestrel on loopback, over fakes of what is inside.</summary>
public sealed class ApiFakesHost : IAsyncDisposable
{
    private readonly TemporaryDirectory? ownData;
    private readonly SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false };

    private ApiFakesHost(WebApplication app, string data, TemporaryDirectory? ownData, FakeFleet fleet, FakeJobs jobs, FakeJoinTokens tokens)
    {
        (App, Data, this.ownData, Fleet, Jobs, JoinTokens) = (app, data, ownData, fleet, jobs, tokens);
        Address = new Uri(app.Urls.First());
        AdminKey = File.ReadAllText(Path.Combine(data, "admin.key")).Trim();
        Anonymous = NewClient(null);
        Client = NewClient(AdminKey);
    }

    public WebApplication App { get; }

    public string Data { get; }

    public Uri Address { get; }

    public string AdminKey { get; }

    public FakeFleet Fleet { get; }

    public FakeJobs Jobs { get; }

    public FakeJoinTokens JoinTokens { get; }

    /// <summary>No key, no cookies, no redirects followed.</summary>
    public HttpClient Anonymous { get; }

    /// <summary>With the admin key.</summary>
    public HttpClient Client { get; }

    public string StartToken => App.Services.GetRequiredService<StartToken>().Value;

    /// <param name="data">A data directory to use (again); null for a new one.</param>
    /// <param name="settings">Configuration such as <c>EdgeMesh:Hosts:0</c>.</param>
    public static async Task<ApiFakesHost> StartAsync(
        string? data = null, TimeProvider? time = null, Action<WebApplicationBuilder>? configure = null, string url = "http://127.0.0.1:0",
        params (string Key, string Value)[] settings)
    {
        var own = data is null ? new TemporaryDirectory() : null;
        data ??= own!.Path;
        FakeFleet fleet = new(Samples.Device());
        FakeJobs jobs = new();
        FakeJoinTokens tokens = new();
        var builder = DashboardHost.CreateBuilder(new DashboardArguments(url, data));
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.Services.AddSingleton<IFleet>(fleet);
        builder.Services.AddSingleton<IJobs>(jobs);
        builder.Services.AddSingleton<IModelSettings, FakeModelSettings>();
        builder.Services.AddSingleton<IJoinTokens>(tokens);
        builder.Services.AddSingleton<IModels>(new FakeModels());
        builder.Services.AddSingleton<IModelZoo>(s => new ModelZoo(s.GetRequiredService<IFleet>(), s.GetRequiredService<IModels>(), new QaiHubOptions()));
        builder.Services.AddSingleton<FakeHubData>().AddSingleton<IHubData>(s => s.GetRequiredService<FakeHubData>());
        builder.Services.AddSingleton<FakeQaiHub>().AddSingleton<IQaiHub>(s => s.GetRequiredService<FakeQaiHub>());
        builder.Services.AddSingleton<IJoinRequests>(new FakeJoinRequests()).AddSingleton<IAuthorityRotation>(new FakeRotation());
        builder.AddAccess();
        builder.AddApi();
        builder.AddHubs();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseDashboard();
        app.MapAccess();
        app.MapApi();
        app.MapHubs();
        app.MapGet("/", () => "the first page");
        app.MapGet("/login", LoginPage).AllowAnonymous();
        try
        {
            _ = app.Services.GetRequiredService<DataDirectory>();
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new ApiFakesHost(app, data, own, fleet, jobs, tokens);
        }
        catch
        {
            await app.DisposeAsync();
            own?.Dispose();
            throw;
        }
    }

    /// <summary>A client with this key, or none; one connection pool for all.</summary>
    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(handler, disposeHandler: false) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A client with a session, begun by the login URL.</summary>
    public async Task<HttpClient> LoggedInAsync(string? secret = null)
    {
        using var answer = await Anonymous.GetAsync(new Uri($"/login?t={secret ?? StartToken}", UriKind.Relative), TestContext.Current.CancellationToken);
        var client = NewClient(null);
        client.DefaultRequestHeaders.Add("Cookie", Cookie(answer));
        client.DefaultRequestHeaders.Add(OriginProof.Header, OriginSecret(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        return client;
    }

    /// <summary>The secret that a login takes to its page, out of an address or the page that leads there.</summary>
    public static string OriginSecret(string text)
    {
        var rest = text[(text.IndexOf(OriginProof.Fragment, StringComparison.Ordinal) + OriginProof.Fragment.Length)..];
        return string.Concat(rest.TakeWhile(char.IsAsciiLetterOrDigit));
    }

    /// <summary>The name and value of the cookie that an answer sets.</summary>
    public static string Cookie(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Headers.GetValues("Set-Cookie").First().Split(';')[0];
    }

    /// <summary>Makes another key.</summary>
    public async Task<(Guid Id, string Secret)> NewKeyAsync(string name = "laptop", Scopes scopes = Scopes.Admin)
    {
        var made = await App.Services.GetRequiredService<IApiKeys>().CreateAsync(name, scopes, null, TestContext.Current.CancellationToken);
        return (made.Key.Id, made.Secret);
    }

    /// <summary>Sends, reads the JSON answer (default when there is none) and its status.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> SendAsync(HttpMethod method, string path, object? json = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : JsonContent.Create(json);
        return await SendAsync(request, client);
    }

    public async Task<(HttpResponseMessage Answer, JsonElement Body)> SendAsync(HttpRequestMessage request, HttpClient? client = null)
    {
        var answer = await (client ?? Client).SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return (answer, isJson ? JsonSerializer.Deserialize<JsonElement>(text) : default);
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        Client.Dispose();
        handler.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        ownData?.Dispose();
    }

    private static IResult LoginPage(HttpContext context, IAntiforgery antiforgery) =>
        Results.Text(antiforgery.GetAndStoreTokens(context).RequestToken, "text/html");
}
