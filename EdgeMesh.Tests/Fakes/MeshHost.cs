using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Hubs;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Fakes;

/// <summary>
/// The dashboard in this process, as it is (Kestrel on loopback, Orleans silo, SQLite on disk), with <see cref="FakeDevice"/>s instead of
/// agents. Beats are not needed unless a test sets short times.
/// </summary>
public sealed class MeshHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TemporaryDirectory? ownData;

    private MeshHost(WebApplication app, string data, TemporaryDirectory? ownData)
    {
        (this.app, Data, this.ownData) = (app, data, ownData);
        Address = new Uri(app.Urls.First());
        Client = NewClient(File.ReadAllText(Path.Combine(data, "admin.key")).Trim());
    }

    public string Data { get; }

    public Uri Address { get; }

    /// <summary>With the admin key.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public IJobs Jobs => Services.GetRequiredService<IJobs>();

    public IFleet Fleet => Services.GetRequiredService<IFleet>();

    public Journal Journal => Services.GetRequiredService<Journal>();

    public FakeLinks Links => Services.GetRequiredService<FakeLinks>();

    public static Task<MeshHost> StartAsync(string? data = null, params (string Key, string Value)[] settings) => StartAsync(TimeProvider.System, data, settings);

    /// <summary>The same by another clock.</summary>
    public static Task<MeshHost> StartAsync(TimeProvider time, string? data = null, params (string Key, string Value)[] settings) =>
        StartAsync(services => services.AddSingleton(time), data, settings);

    /// <summary>The same with other services: the last one of a kind is used.</summary>
    public static async Task<MeshHost> StartAsync(Action<IServiceCollection> services, string? data = null, params (string Key, string Value)[] settings)
    {
        var own = data is null ? new TemporaryDirectory() : null;
        data ??= own!.Path;
        var builder = DashboardHost.CreateBuilder(new DashboardArguments("http://127.0.0.1:0", data, NoEmbeddedDevice: true));
        Configure(builder.Configuration, settings);
        builder.AddOrchestrator();
        builder.Services.AddSingleton<EmbeddedIdentity>().AddSingleton<FakeLinks>().AddSingleton<IDeviceLinks>(s => s.GetRequiredService<FakeLinks>());
        builder.Services.AddEnrolment();
        builder.AddModels();
        builder.AddQaiHub();
        builder.AddAccess();
        builder.AddApi();
        builder.AddHubs();
        builder.AddReadiness();
        services(builder.Services);
        var app = builder.Build();
        app.UseDashboard();
        app.MapAccess();
        app.MapApi();
        app.MapHubs();
        _ = app.Services.GetRequiredService<DataDirectory>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<Recovery>().Ready;
        return new MeshHost(app, data, own);
    }

    /// <summary>The whole dashboard with its pages, for a browser; opened by <see cref="LoginUrl"/>.</summary>
    public static async Task<MeshHost> StartWithPagesAsync(params (string Key, string Value)[] settings)
    {
        var own = new TemporaryDirectory();
        var app = DashboardApp.Build(
            new DashboardArguments("http://127.0.0.1:0", own.Path, NoEmbeddedDevice: true),
            // The last one registered is the one that is used.
            builder => builder.Services.AddSingleton<FakeLinks>().AddSingleton<IDeviceLinks>(s => s.GetRequiredService<FakeLinks>()),
            configuration => Configure(configuration, settings));
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<Recovery>().Ready;
        return new MeshHost(app, own.Path, own);
    }

    /// <summary>Signs a browser in.</summary>
    public Uri LoginUrl => new(Address, $"/login?t={Services.GetRequiredService<StartToken>().Value}");

    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Joins a device and links it; returns when the fleet shows it.</summary>
    /// <param name="loaded">False: its runtimes still start.</param>
    /// <param name="runtimes">What it can run besides; none is the built-in summariser and the system's tasks.</param>
    public async Task<FakeDevice> JoinAsync(string name, bool loaded = true, params RuntimeInfo[] runtimes)
    {
        var device = new FakeDevice(name);
        await Services.GetRequiredService<IDeviceRegistry>().AddAsync(device.Id, new byte[] { 1 }, name, LinkKind.Tunnel, null, TestContext.Current.CancellationToken);
        await LinkAsync(device, loaded, runtimes);
        return device;
    }

    /// <summary>Links a device that belongs to the mesh.</summary>
    public async Task<FakeLink> LinkAsync(FakeDevice device, bool loaded = true, params RuntimeInfo[] runtimes)
    {
        var link = Links.Open(device);
        var sink = Services.GetRequiredService<ILinkSink>();
        await sink.OpenedAsync(link, Samples.Profile(), loaded ? Loaded with { Runtimes = [.. Loaded.Runtimes, .. runtimes] } : new RuntimeReport([], false, []));
        await BeatAsync(link);
        await Until.TrueAsync($"{device.Name} to be online", () => Fleet.Current.Find(device.Id) is { State: DeviceState.Online or DeviceState.Draining, Telemetry: not null });
        return link;
    }

    /// <summary>The device's link breaks, as a cable that is pulled out.</summary>
    public async Task CutAsync(FakeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var link = Links.Find(device.Id) ?? throw new InvalidOperationException($"{device.Name} is not linked.");
        link.Abort("The connection closed.");
        await Services.GetRequiredService<ILinkSink>().ClosedAsync(link, "The connection closed.");
    }

    /// <summary>One beat; with the runtimes when they have just loaded.</summary>
    public Task BeatAsync(IDeviceLink link, bool justLoaded = false) => Services.GetRequiredService<ILinkSink>()
        .BeatAsync(link, Samples.Telemetry() with { At = TimeProvider.System.GetUtcNow() }, justLoaded ? Loaded : null, 0.5);

    public async Task<JobId> SubmitAsync(JobRequest request)
    {
        var outcome = await Jobs.SubmitAsync(request, TestContext.Current.CancellationToken);
        return outcome.Id ?? throw new InvalidOperationException($"It was not taken: {outcome}");
    }

    /// <summary>The job once it fits.</summary>
    public Task<JobView> JobAsync(JobId id, Func<JobView, bool> fits) => Until.NotNullAsync(
        $"job {id} to fit",
        async () => await Jobs.GetAsync(id, TestContext.Current.CancellationToken) is { } view && fits(view) ? view : null);

    public Task<JobView> EndedAsync(JobId id) => JobAsync(id, v => v.IsFinished);

    /// <summary>Sends, and reads the JSON answer (default when there is none).</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> SendAsync(HttpRequestMessage request, HttpClient? client = null)
    {
        var answer = await (client ?? Client).SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return (answer, isJson ? JsonSerializer.Deserialize<JsonElement>(text) : default);
    }

    /// <summary>Posts this very body.</summary>
    public Task<(HttpResponseMessage Answer, JsonElement Body)> PostAsync(string path, string? json = null, string contentType = "application/json", HttpClient? client = null)
    {
        var content = json is null ? null : new StringContent(json);
        content?.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, client);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        var (answer, body) = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return body;
    }

    /// <summary>Runs SQL on a connection of its own, as another program would.</summary>
    public async Task<long> SqlAsync(string sql)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<MeshDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // constants of the tests
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) ?? 0L, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        ownData?.Dispose();
    }

    private static void Configure(Microsoft.Extensions.Configuration.ConfigurationManager configuration, (string Key, string Value)[] settings)
    {
        configuration["EdgeMesh:Orchestrator:SuspectAfter"] = "01:00:00";
        configuration["EdgeMesh:Orchestrator:LostAfter"] = "01:00:00";
        foreach (var (key, value) in settings)
        {
            configuration[key] = value;
        }
    }

    private static RuntimeReport Loaded => new([Samples.BuiltIn, EchoRuntime], true, []);

    private static RuntimeInfo EchoRuntime { get; } = new(
        "system", "System", RuntimeState.Ready, null, [new ModelInfo("sysinfo", []), new ModelInfo("echo", [])], [TaskKind.Sysinfo, TaskKind.Echo], AcceleratorKind.CPU);
}
