using System.Net;
using EdgeMesh.QaiHub.Emulator.Api;
using EdgeMesh.QaiHub.Emulator.Artifacts;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Engine;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Objects;
using EdgeMesh.QaiHub.Emulator.State;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeMesh.QaiHub.Emulator;

/// <summary>A running emulator of Qualcomm AI Hub on loopback. Everything it says of devices' speed is made up, and every answer has <see cref="EmulatorMark.Header"/>.</summary>
public sealed class EmulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FolderLock _lock;

    private EmulatorHost(WebApplication app, FolderLock folder, string token)
    {
        (_app, _lock, Token) = (app, folder, token);
        BaseAddress = new Uri(app.Urls.Single() + "/");
        app.Services.GetRequiredService<PresignedUrls>().Base = BaseAddress;
    }

    /// <summary>Such as <c>http://127.0.0.1:8090/</c>; the API is below <c>api/v1/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>What clients must send.</summary>
    public string Token { get; }

    /// <summary>Faults for the next requests.</summary>
    public FaultBoard Faults => _app.Services.GetRequiredService<FaultBoard>();

    /// <summary>What clients really sent.</summary>
    public RequestLog Requests => _app.Services.GetRequiredService<RequestLog>();

    /// <summary>Starts one.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">The port is taken, or another emulator uses the folder.</exception>
    public static async Task<EmulatorHost> StartAsync(EmulatorOptions options, CancellationToken cancellationToken = default)
    {
        options = options.Checked();
        var folder = FolderLock.Take(Folders.Private(options.Folder));
        WebApplication? app = null;
        try
        {
            string token = options.Token ?? Secrets.Keep(options.Folder, "token");
            app = Build(options, token);
            Leftovers.Sweep(app.Services.GetRequiredService<EmulatorState>(), options.Time.GetUtcNow());
            await app.StartAsync(cancellationToken);
            return new EmulatorHost(app, folder, token);
        }
        catch
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Stops it at once; what it keeps in its folder stays.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _lock.Dispose();
    }

    private static WebApplication Build(EmulatorOptions options, string token)
    {
        // Nothing from the environment: it may run inside a program that has settings of its own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        options.Logging?.Invoke(builder.Logging);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(new PresignedUrls(Secrets.Keep(options.Folder, "signing.key"), options.PresignedLife, options.Time));
        builder.Services.AddSingleton<EmulatorState>().AddSingleton<FaultBoard>().AddSingleton<FaultInjection>().AddSingleton<RequestLog>();
        builder.Services.AddSingleton<PartUploads>().AddSingleton<FormUploads>();
        builder.Services.AddSingleton<CompiledFile>(services => new CompiledFile(services.GetRequiredService<EmulatorState>().Assets));
        builder.Services.AddSingleton<JobSubmission>().AddSingleton<JobFinisher>().AddSingleton<JobEngine>();
        var app = builder.Build();
        Use(app, token);
        Map(app, options.FaultsEndpoint);
        return app;
    }

    private static void Use(WebApplication app, string token)
    {
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[EmulatorMark.Header] = EmulatorMark.Value;
                return Task.CompletedTask;
            });
            return next(context);
        });
        app.Use(app.Services.GetRequiredService<RequestLog>().NoteAsync);
        app.Use(new ErrorAnswers(app.Logger).AnswerAsync);
        app.Use(app.Services.GetRequiredService<FaultInjection>().PassAsync);
        app.Use(WebPages.PassAsync);
        app.Use(new TokenGate(token).PassAsync);
        app.Use(TrailingSlash.RequireAsync);
        app.UseRouting();
    }

    private static void Map(WebApplication app, bool faults)
    {
        var api = app.MapGroup("/api/v1");
        api.AddEndpointFilter(async (call, next) =>
        {
            await call.HttpContext.RequestServices.GetRequiredService<JobEngine>().AdvanceAsync(call.HttpContext.RequestAborted);
            return await next(call);
        });
        api.MapAccount();
        api.MapModels();
        api.MapDatasets();
        api.MapJobs();
        api.MapSharing();
        app.MapObjects();
        if (faults)
        {
            app.MapFaults();
        }

        app.MapFallback("{**path}", Task (HttpContext _) => throw Refusal.NotFound());
    }

    /// <summary>Whoever started the emulator stops it; it takes no signals for itself.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
