using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.Tests.Agent.Models.Store;

/// <summary>What a client asked the server for.</summary>
public sealed record Asked(string Path, string? Range, string? IfRange, string? Authorization);

/// <summary>A real HTTP server over loopback that serves bytes as the protocol says, and misbehaves where a test tells it to.</summary>
public sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Asked> _asked = new();

    private FileServer(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Runs first; true when it has answered.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Cuts the connection after so many bytes of each answer; null never.</summary>
    public int? CutAfter { get; set; }

    /// <summary>Answers 200 with everything, whatever range was asked for.</summary>
    public bool IgnoresRange { get; set; }

    /// <summary>Gives the range even when If-Range names other content.</summary>
    public bool IgnoresIfRange { get; set; }

    public bool SendsNoTag { get; set; }

    public IReadOnlyList<Asked> Seen => [.. _asked];

    /// <summary>http://127.0.0.1:port/</summary>
    public Uri Address => new(_app.Urls.First() + "/");

    /// <summary>The same server by another name.</summary>
    public Uri ByName => new($"http://localhost:{Address.Port}/");

    public string Authority => Address.Authority;

    public static async Task<FileServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FileServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public Uri Url(string path) => new(Address, path);

    public Uri Put(string path, byte[] content)
    {
        Files["/" + path] = content;
        return Url(path);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        _asked.Enqueue(new Asked(context.Request.Path, headers.Range, headers.IfRange, headers.Authorization));
        if (await Before(context))
        {
            return;
        }

        if (!Files.TryGetValue(context.Request.Path, out var content))
        {
            context.Response.StatusCode = 404;
            return;
        }

        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}\"";
        context.Response.Headers.ETag = SendsNoTag ? default : tag;
        var from = IgnoresRange || (!IgnoresIfRange && headers.IfRange.Count > 0 && headers.IfRange != tag) ? 0 : Start(headers.Range);
        if (from > 0 && from >= content.Length)
        {
            context.Response.StatusCode = 416;
            return;
        }

        context.Response.StatusCode = from > 0 ? 206 : 200;
        if (from > 0)
        {
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength = content.Length - from;
        var send = Math.Min(content.Length - from, CutAfter ?? int.MaxValue);
        await context.Response.Body.WriteAsync(content.AsMemory(from, send));
        await context.Response.Body.FlushAsync(); // fewer than announced: Kestrel closes the connection after these
    }

    private static int Start(string? range) => range is null ? 0 : (int)RangeHeaderValue.Parse(range).Ranges.Single().From!.Value;
}
