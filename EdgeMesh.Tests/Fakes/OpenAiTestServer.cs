using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Fakes;

/// <summary>
/// A real HTTP server that speaks OpenAI's streaming chat completions, as unkind as the real ones: one model that answers in words. It knows the old name of the
/// limit only, unless it is told otherwise.
/// </summary>
public sealed class OpenAiTestServer : IAsyncDisposable
{
    private static readonly string[] Words = "Tides follow the moon and the sun , and their hours can be printed in a table years ahead .".Split(' ');
    private readonly WebApplication _app;

    private OpenAiTestServer(WebApplication app) => _app = app;

    /// <summary>All it answers, when nothing goes wrong.</summary>
    public static string Answer => string.Join(' ', Words);

    public string Model => "test-chat";

    public Uri Address => new(_app.Urls.First());

    /// <summary>The path below which its endpoints are.</summary>
    public string Prefix { get; set; } = "/v1";

    /// <summary>The models it lists; one that is listed can be asked.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["test-chat"];

    /// <summary>The list of models as it is sent instead, in JSON.</summary>
    public string? ListJson { get; set; }

    /// <summary>When set, it tells as LM Studio does that its models read so many tokens.</summary>
    public int? ContextTokens { get; set; }

    /// <summary>When set, LM Studio's list tells that the model was loaded with a shorter context.</summary>
    public int? LoadedContextTokens { get; set; }

    /// <summary>When set, it has llama.cpp's <c>/props</c> with this context.</summary>
    public int? PropsContextTokens { get; set; }

    /// <summary>Answers that llama.cpp's <c>/props</c> says it writes at once.</summary>
    public int PropsSlots { get; set; } = 1;

    /// <summary>Bytes of its model, which llama.cpp lists.</summary>
    public static long ModelBytes => 4_683_073_536;

    /// <summary>llama.cpp has put its model away until somebody asks.</summary>
    public bool IsSleeping { get; set; }

    /// <summary>
    /// What completions do instead of answering: a status code, <c>garbage</c>, <c>cut</c> (the connection, after a word), <c>short</c> (the
    /// stream ends without a finish) or <c>silent</c>; null answers.
    /// </summary>
    public string? Failure { get; set; }

    /// <summary>What <c>/models</c> does instead of listing: a status code, <c>garbage</c> or <c>empty</c>; null lists.</summary>
    public string? ModelsFailure { get; set; }

    /// <summary>When set, a request without this authorization's parameter is a 401.</summary>
    public string? RequiredKey { get; set; }

    /// <summary>Whether everyone may list the models, although using them wants the key.</summary>
    public bool ListsOpenly { get; set; }

    /// <summary>The fields that limit an answer here.</summary>
    public IReadOnlyList<string> Limits { get; set; } = ["max_tokens"];

    /// <summary>Fields that make a request a 400.</summary>
    public IReadOnlyList<string> Refuses { get; set; } = [];

    /// <summary>The body of that 400; the field's name stands for {0}.</summary>
    public string RefusalJson { get; set; } = """{"error":{"message":"Unsupported parameter: '{0}' is not supported with this model.","type":"invalid_request_error","param":"{0}"}}""";

    /// <summary>What is said of a conversation with a system turn; null takes it.</summary>
    public string? SystemRefusal { get; set; }

    /// <summary>Whether it answers without end when nothing limits it.</summary>
    public bool IsEndless { get; set; }

    /// <summary>What it thinks before it answers, sent as llama.cpp and vLLM do (<c>reasoning_content</c>), or null.</summary>
    public string? Reasoning { get; set; }

    /// <summary>What llama.cpp's <c>/apply-template</c>, and vLLM's <c>/tokenize</c> and <c>/detokenize</c>, make of a conversation; {0} is its last message. Null: it has none of them; <c>silent</c>: it does not answer.</summary>
    public string? Template { get; set; }

    /// <summary>Whether it repeats what it was given to go on with.</summary>
    public bool Echoes { get; set; }

    /// <summary>Whether the stream ends with token counts.</summary>
    public bool ReportsUsage { get; set; } = true;

    /// <summary>Words it has sent.</summary>
    public int Sent { get; private set; }

    /// <summary>The completion requests' bodies.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    /// <summary>Path and query, and the authorization, of every request.</summary>
    public ConcurrentQueue<(string Target, string Authorization)> Asked { get; } = new();

    /// <summary>The last completion request's body.</summary>
    public JsonElement? LastRequest => Requests.IsEmpty ? null : Requests.Last();

    public static async Task<OpenAiTestServer> StartAsync(TimeSpan? wordDelay = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var server = new OpenAiTestServer(app);
        app.Run(context => server.RouteAsync(context, wordDelay ?? TimeSpan.Zero));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private Task RouteAsync(HttpContext context, TimeSpan wordDelay)
    {
        Asked.Enqueue((context.Request.Path + context.Request.QueryString.ToString(), context.Request.Headers.Authorization.ToString()));
        var path = context.Request.Path.Value!;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            return path == Prefix + "/chat/completions" ? AnswerAsync(context, wordDelay)
                : path is "/apply-template" or "/tokenize" && Template is { } template ? ApplyAsync(context, template, path == "/tokenize")
                : path == "/detokenize" && Template is not null ? DetokenizeAsync(context)
                : FailAsync(context, 404, """{"error":"there is nothing"}""");
        }

        var answer = path == Prefix + "/models" ? List(context)
            : path == "/api/v0/models" ? Details()
            : path == "/props" && PropsContextTokens is { } tokens ? Denies(context) ? Results.StatusCode(401) : Results.Json(new { default_generation_settings = new { n_ctx = tokens }, total_slots = PropsSlots, model_path = "/models/test.gguf", is_sleeping = IsSleeping })
            : Results.NotFound();
        return answer.ExecuteAsync(context);
    }

    private bool Denies(HttpContext context) => RequiredKey is not null && context.Request.Headers.Authorization.ToString().Split(' ')[^1] != RequiredKey;

    private IResult List(HttpContext context) => Denies(context) && !ListsOpenly ? Results.StatusCode(401) : ModelsFailure switch
    {
        null when ListJson is not null => Results.Content(ListJson, "application/json"),
        null when PropsContextTokens is not null => Results.Json(new { @object = "list", data = Models.Select(id => new { id, @object = "model", owned_by = "llamacpp", meta = new { n_params = 7_615_616_512, size = ModelBytes } }) }),
        null => Results.Json(new { @object = "list", data = Models.Select(id => new { id, @object = "model" }) }),
        "empty" => Results.Json(new { @object = "list", data = Array.Empty<object>() }),
        "garbage" => Results.Content("<html>It works!</html>", "text/html"),
        var status => Results.StatusCode(int.Parse(status)),
    };

    private IResult Details() => ContextTokens is not { } context ? Results.NotFound()
        : LoadedContextTokens is { } loaded ? Results.Json(new { data = Models.Select(id => new { id, type = "llm", state = "loaded", max_context_length = context, loaded_context_length = loaded }) })
        : Results.Json(new { data = Models.Select(id => new { id, type = "llm", state = "not-loaded", max_context_length = context }) });

    private async Task AnswerAsync(HttpContext context, TimeSpan wordDelay)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var request = document.RootElement.Clone();
        if (Denies(context))
        {
            await FailAsync(context, 401, """{"error":{"message":"Invalid API key"}}""");
            return;
        }

        var model = request.GetProperty("model").GetString()!;
        if (model.Length == 0)
        {
            await FailAsync(context, 400, """{"error":{"message":"model is required"}}""");
            return;
        }

        Requests.Enqueue(request);
        if (Refuses.FirstOrDefault(f => request.TryGetProperty(f, out _)) is { } refused)
        {
            await FailAsync(context, 400, RefusalJson.Replace("{0}", refused, StringComparison.Ordinal));
            return;
        }

        if (SystemRefusal is not null && request.GetProperty("messages").EnumerateArray().Any(m => m.GetProperty("role").GetString() == "system"))
        {
            await FailAsync(context, 400, JsonSerializer.Serialize(new { error = new { message = SystemRefusal } }));
            return;
        }

        var status = int.TryParse(Failure, out var told) ? told : Models.Contains(model) ? 200 : 404;
        if (status != 200)
        {
            // Longer than a task waits for a busy server.
            context.Response.Headers.RetryAfter = "600";
            await FailAsync(context, status, """{"error":{"message":"told to fail"}}""");
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

        await StreamAsync(context, request, wordDelay);
    }

    private static async Task DetokenizeAsync(HttpContext context)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        await context.Response.WriteAsJsonAsync(new { prompt = string.Concat(request.RootElement.GetProperty("tokens").EnumerateArray().Select(t => (char)t.GetInt32())) }, context.RequestAborted);
    }

    private static async Task ApplyAsync(HttpContext context, string template, bool asTokens)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var last = request.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString();
        if (template == "silent")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        var prompt = template.Replace("{0}", last, StringComparison.Ordinal);
        await context.Response.WriteAsJsonAsync(asTokens ? new { tokens = prompt.Select(c => (int)c) } : (object)new { prompt }, context.RequestAborted);
    }

    // Behind the words that it was given, when its last turn has begun.
    private async Task StreamAsync(HttpContext context, JsonElement request, TimeSpan wordDelay)
    {
        var last = request.GetProperty("messages").EnumerateArray().Last();
        var given = last.GetProperty("role").GetString() == "assistant" ? last.GetProperty("content").GetString()! : "";
        var from = given.Length == 0 ? 0 : given.Split(' ').Length;
        if (Echoes && given.Length > 0)
        {
            await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { content = given }, finish_reason = (string?)null } } });
        }

        var most = Limits.Select(l => request.TryGetProperty(l, out var limit) ? limit.GetInt32() : int.MaxValue).DefaultIfEmpty(int.MaxValue).Min();
        var count = IsEndless ? most : Math.Min(most, Words.Length - from);
        await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { role = "assistant", content = "" }, finish_reason = (string?)null } } });
        foreach (var thought in Reasoning?.Split(' ') ?? [])
        {
            await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { reasoning_content = thought + " " }, finish_reason = (string?)null } } });
        }

        for (var i = 0; i < count; i++)
        {
            await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { content = (i + from == 0 ? "" : " ") + Words[(i + from) % Words.Length] }, finish_reason = (string?)null } } });
            Sent++;
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

        await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { }, finish_reason = count == most ? "length" : "stop" } } });
        if (ReportsUsage && request.TryGetProperty("stream_options", out _))
        {
            await SendAsync(context, new { choices = Array.Empty<object>(), usage = new { prompt_tokens = 12, completion_tokens = count, total_tokens = 12 + count } });
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private static async Task FailAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json, context.RequestAborted);
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
