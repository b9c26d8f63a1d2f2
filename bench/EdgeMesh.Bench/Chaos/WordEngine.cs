using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Bench.Chaos;

/// <summary>
/// An OpenAI-compatible engine in this process whose every answer is known before: the words <c>TAG.0001 TAG.0002 …</c>, streamed at the pace that the request
/// names, so that a word that is missing, doubled or of another request shows. It speaks as llama.cpp's server does: an answer whose beginning it is given it goes on with, wherever that ends. It counts how
/// often each request was run.
/// </summary>
internal sealed class WordEngine : IAsyncDisposable
{
    public const string ChatModel = "chaos-words";
    public const string ImageModel = "chaos-sdxl";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _runs = new();

    private WordEngine(WebApplication app) => _app = app;

    /// <summary>How often each request was begun, by its tag.</summary>
    public IReadOnlyDictionary<string, int> Runs => _runs;

    public Uri Address => new(_app.Urls.First());

    /// <param name="port">0 picks a free one.</param>
    public static async Task<WordEngine> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var engine = new WordEngine(app);
        app.MapGet("/v1/models", () => Results.Json(new { @object = "list", data = Models }));
        app.MapGet("/props", () => Results.Json(new { default_generation_settings = new { n_ctx = 32_768 }, total_slots = 2 })); // how llama.cpp is recognised
        app.MapPost("/apply-template", ApplyAsync);
        app.MapPost("/v1/chat/completions", engine.ChatAsync);
        app.MapPost("/v1/images/generations", engine.ImageAsync);
        await app.StartAsync();
        return engine;
    }

    /// <summary>What a person writes so that it answers with these words.</summary>
    public static string Prompt(string tag, int words, int paceMs) => $"{tag} words={words} pace={paceMs}";

    /// <summary>Its whole answer to that.</summary>
    public static string Answer(string tag, int words) => string.Join(' ', Words(tag, words));

    /// <summary>Its picture for a prompt: a PNG's first bytes and what makes it this one.</summary>
    public static byte[] Picture(string prompt) => [0x89, .. "PNG\r\n\x1a\n"u8, .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(prompt + "\n", 500)))];

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static object[] Models => [new { id = ChatModel, @object = "model", type = "llm" }, new { id = ImageModel, @object = "model", type = "image" }];

    private static IEnumerable<string> Words(string tag, int words) => Enumerable.Range(1, words).Select(i => $"{tag}.{i:0000}");

    // Words with the blank before them.
    private static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf(' ', at + 1) is > 0 and var blank ? blank : text.Length;
            yield return text[at..end];
            at = end;
        }
    }

    private static async Task ApplyAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var prompt = string.Concat(request.RootElement.GetProperty("messages").EnumerateArray().Select(m => $"<{m.GetProperty("role").GetString()}>{m.GetProperty("content").GetString()}"));
        await context.Response.WriteAsJsonAsync(new { prompt }, context.RequestAborted);
    }

    private static int Number(string prompt, string name) => int.Parse(prompt.Split(' ').First(p => p.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..]);

    private static async Task SendAsync(HttpContext context, object chunk)
    {
        await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static object Chunk(string content, string? finish = null) => new { id = "c1", @object = "chat.completion.chunk", model = ChatModel, choices = new[] { new { index = 0, delta = new { content }, finish_reason = finish } } };

    private async Task ChatAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        if (request.RootElement.GetProperty("model").GetString() != ChatModel)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest; // also how an agent asks whether it may
            await context.Response.WriteAsJsonAsync(new { error = new { message = "There is no such model." } }, context.RequestAborted);
            return;
        }

        var turns = request.RootElement.GetProperty("messages").EnumerateArray().Select(m => (Role: m.GetProperty("role").GetString(), Content: m.GetProperty("content").GetString()!)).ToList();
        var prompt = turns.Last(t => t.Role == "user").Content;
        var begun = turns[^1].Role == "assistant" ? turns[^1].Content : "";
        var tag = prompt.Split(' ')[0];
        _runs.AddOrUpdate(tag, 1, (_, n) => n + 1);
        context.Response.ContentType = "text/event-stream";
        var (count, pace) = (Number(prompt, "words"), TimeSpan.FromMilliseconds(Number(prompt, "pace")));
        try
        {
            // What it was given must be the beginning of this answer, to the letter: else what comes would hide that it was not.
            var rest = Answer(tag, count) is var answer && answer.StartsWith(begun, StringComparison.Ordinal) ? answer[begun.Length..] : $"[this answer does not begin with: {begun}]";
            foreach (var piece in Pieces(rest))
            {
                await SendAsync(context, Chunk(piece));
                await Task.Delay(pace, TimeProvider.System, context.RequestAborted);
            }

            await SendAsync(context, Chunk("", "stop"));
            await SendAsync(context, new { choices = Array.Empty<object>(), usage = new { prompt_tokens = 12, completion_tokens = count, total_tokens = 12 + count } });
            await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Who asked has gone, or was killed.
        }
    }

    private async Task ImageAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var prompt = request.RootElement.GetProperty("prompt").GetString()!;
        _runs.AddOrUpdate(prompt.Split(' ')[0], 1, (_, n) => n + 1);
        await Task.Delay(TimeSpan.FromMilliseconds(Number(prompt, "pace")), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await context.Response.WriteAsJsonAsync(new { created = 1, data = new[] { new { b64_json = Convert.ToBase64String(Picture(prompt)) } } }, context.RequestAborted);
    }
}
