using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A real HTTP server that speaks OpenAI's streaming chat completions: one model that answers in words.</summary>
public sealed class OpenAiTestServer : IAsyncDisposable
{
    private static readonly string[] Words = "Tides follow the moon and the sun , and their hours can be printed in a table years ahead .".Split(' ');
    private readonly WebApplication _app;

    private OpenAiTestServer(WebApplication app) => _app = app;

    /// <summary>All it answers, when nothing goes wrong.</summary>
    public static string Answer => string.Join(' ', Words);

    public string Model => "test-chat";

    public Uri Address => new(_app.Urls.First());

    /// <summary>The models it lists; one that is listed can be asked.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["test-chat"];

    /// <summary>When set, it tells as LM Studio does that its models read so many tokens.</summary>
    public int? ContextTokens { get; set; }

    /// <summary>
    /// What completions do instead of answering: a status code, <c>garbage</c>, <c>cut</c> (the connection, after a word), <c>short</c> (the
    /// stream ends without a finish) or <c>silent</c>; null answers.
    /// </summary>
    public string? Failure { get; set; }

    /// <summary>What <c>/models</c> does instead of listing: a status code, <c>garbage</c> or <c>empty</c>; null lists.</summary>
    public string? ModelsFailure { get; set; }

    /// <summary>When set, a request without this bearer token is a 401.</summary>
    public string? RequiredKey { get; set; }

    /// <summary>Whether the stream ends with token counts.</summary>
    public bool ReportsUsage { get; set; } = true;

    /// <summary>The last completion request's body.</summary>
    public JsonElement? LastRequest { get; private set; }

    public static async Task<OpenAiTestServer> StartAsync(TimeSpan? wordDelay = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var server = new OpenAiTestServer(app);
        app.MapGet("/v1/models", server.List);
        app.MapGet("/api/v0/models", server.Details);
        app.MapPost("/v1/chat/completions", context => server.AnswerAsync(context, wordDelay ?? TimeSpan.Zero));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private bool Denies(HttpContext context) => RequiredKey is not null && context.Request.Headers.Authorization.ToString() != $"Bearer {RequiredKey}";

    private IResult List(HttpContext context) => Denies(context) ? Results.StatusCode(401) : ModelsFailure switch
    {
        null => Results.Json(new { @object = "list", data = Models.Select(id => new { id, @object = "model" }) }),
        "empty" => Results.Json(new { @object = "list", data = Array.Empty<object>() }),
        "garbage" => Results.Content("<html>It works!</html>", "text/html"),
        var status => Results.StatusCode(int.Parse(status)),
    };

    private IResult Details() => ContextTokens is { } context
        ? Results.Json(new { data = Models.Select(id => new { id, type = "llm", max_context_length = context }) })
        : Results.NotFound();

    private async Task AnswerAsync(HttpContext context, TimeSpan wordDelay)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        LastRequest = request.RootElement.Clone();
        var status = Denies(context) ? 401
            : int.TryParse(Failure, out var told) ? told
            : Models.Contains(request.RootElement.GetProperty("model").GetString()!) ? 200 : 404;
        if (status != 200)
        {
            // Longer than a task waits for a busy server.
            context.Response.Headers.RetryAfter = "600";
            context.Response.StatusCode = status;
            await context.Response.WriteAsJsonAsync(new { error = new { message = "told to fail" } }, context.RequestAborted);
            return;
        }

        if (Failure == "silent")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        if (Failure == "garbage")
        {
            await context.Response.WriteAsync("data: <html>\n\n", context.RequestAborted);
            return;
        }

        for (var i = 0; i < Words.Length; i++)
        {
            await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { role = "assistant", content = (i == 0 ? "" : " ") + Words[i] }, finish_reason = (string?)null } } });
            await Task.Delay(wordDelay, TimeProvider.System, context.RequestAborted);
            if (Failure == "cut")
            {
                context.Abort();
                return;
            }

            if (Failure == "short")
            {
                return;
            }
        }

        await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { role = (string?)"assistant", content = (string?)"" }, finish_reason = "stop" } } });
        if (ReportsUsage)
        {
            await SendAsync(context, new { choices = Array.Empty<object>(), usage = new { prompt_tokens = 12, completion_tokens = Words.Length, total_tokens = 12 + Words.Length } });
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private async Task SendAsync(HttpContext context, object chunk)
    {
        var json = JsonSerializer.SerializeToNode(chunk)!.AsObject();
        json["id"] = "c1";
        json["object"] = "chat.completion.chunk";
        json["created"] = 1;
        json["model"] = Model;
        await context.Response.WriteAsync($"data: {json.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
