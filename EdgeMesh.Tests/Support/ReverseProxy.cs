using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeMesh.Tests.Support;

/// <summary>How a proxy passes a request on.</summary>
public enum ProxyHost
{
    /// <summary>As it came (nginx: <c>$http_host</c>; Caddy, Traefik).</summary>
    AsItCame,

    /// <summary>The address that it calls (nginx by default).</summary>
    OwnAddress,

    /// <summary>The name without the port (nginx: <c>$host</c>).</summary>
    WithoutPort,
}

/// <summary>A real reverse proxy (YARP) on loopback, as proxies are configured in the field.</summary>
public sealed class ReverseProxy : IAsyncDisposable
{
    private static readonly ForwarderRequestConfig Patient = new() { ActivityTimeout = TimeSpan.FromMinutes(5) };

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None });

    private ReverseProxy(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Whom it asks; set before the first request.</summary>
    public Uri? Behind { get; set; }

    public ProxyHost Host { get; init; }

    /// <summary>The path under which it shows what is behind.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether that path is cut off on the way.</summary>
    public bool CutsPath { get; init; }

    /// <summary>As in a browser's request over plain HTTP from another machine: it carries no Fetch Metadata.</summary>
    public bool WithoutFetchMetadata { get; init; }

    public static async Task<ReverseProxy> StartAsync(ProxyHost host = ProxyHost.AsItCame, string path = "", bool cutsPath = false, bool withoutFetchMetadata = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        ReverseProxy proxy = new(app) { Host = host, Path = path, CutsPath = cutsPath, WithoutFetchMetadata = withoutFetchMetadata };
        app.UseWebSockets();
        app.Run(proxy.PassAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        proxy.Address = new Uri(app.Urls.First());
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        if (Path.Length > 0 && !context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await _app.Services.GetRequiredService<IHttpForwarder>().SendAsync(context, Behind!.ToString(), _client, Patient, (from, to) =>
        {
            var path = from.Request.Path.Value!;
            var target = CutsPath ? path[Path.Length..] : path;
            to.RequestUri = RequestUtilities.MakeDestinationAddress(Behind!.ToString(), new PathString(target.Length == 0 ? "/" : target), from.Request.QueryString);
            to.Headers.Host = Host switch
            {
                ProxyHost.AsItCame => from.Request.Host.Value,
                ProxyHost.WithoutPort => from.Request.Host.Host,
                _ => null,
            };
            if (WithoutFetchMetadata)
            {
                to.Headers.Remove("Sec-Fetch-Site");
            }

            return ValueTask.CompletedTask;
        });
    }
}
