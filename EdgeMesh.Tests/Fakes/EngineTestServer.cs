using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A real HTTP server on a free loopback port that a test gives the routes of some engine.</summary>
public sealed class EngineTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EngineTestServer(WebApplication app) => _app = app;

    /// <summary>With a trailing slash.</summary>
    public Uri Address => new(_app.Urls.First() + "/");

    public static async Task<EngineTestServer> StartAsync(Action<IEndpointRouteBuilder> routes, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.UseWebSockets();
        routes(app);
        await app.StartAsync();
        return new EngineTestServer(app);
    }

    /// <summary>Sends a line and pushes it out.</summary>
    public static async Task LineAsync(HttpContext context, string line)
    {
        await context.Response.WriteAsync(line + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
