using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using Microsoft.Extensions.AI;
using OpenAI;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// A server that speaks OpenAI's chat completions (Ollama, LM Studio, llama.cpp server, Foundry Local …) at a configured address, with the
/// models it lists. Down is shown with its cause, and it is found again by itself.
/// </summary>
public sealed class OpenAiRuntime : IRuntime, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly TimeProvider _time;
    private volatile RuntimeInfo _info;

    /// <param name="address">With or without <c>/v1</c>.</param>
    /// <param name="key">Sent as a bearer token; null for servers that want none.</param>
    public OpenAiRuntime(Uri address, string? key, TimeProvider time)
    {
        _time = time;
        var path = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        Address = new Uri(path.EndsWith("/v1", StringComparison.Ordinal) ? path : path + "/v1");
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { MaxResponseContentBufferSize = 4 * 1024 * 1024, Timeout = Timeout.InfiniteTimeSpan };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        _client = new OpenAIClient(new ApiKeyCredential(key ?? "none"), new OpenAIClientOptions
        {
            Endpoint = Address,
            Transport = new HttpClientPipelineTransport(_http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = TimeSpan.FromMinutes(10),
        });
        _info = State(RuntimeState.Starting, "It has not answered yet.", []);
    }

    public Uri Address { get; }

    public RuntimeInfo Info => _info;

    public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = await ProbeAsync(cancellationToken);
            if (!Same(now, _info))
            {
                _info = now;
                changed();
            }

            retry = now.State == RuntimeState.Ready ? FirstRetry : TimeSpan.FromSeconds(Math.Min(SlowestRetry.TotalSeconds, retry.TotalSeconds * 1.6));
            await Task.Delay(now.State == RuntimeState.Ready ? Fresh : retry, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        using var chat = _client.GetChatClient(task.ModelId).AsIChatClient();
        var options = new Microsoft.Extensions.AI.ChatOptions
        {
            MaxOutputTokens = task.Generate is { HasMaxTokens: true } m ? m.MaxTokens : null,
            Temperature = task.Generate is { HasTemperature: true } t ? (float)t.Temperature : null,
            Seed = task.Generate is { HasSeed: true } s ? s.Seed : null,
        };
        UsageDetails? usage = null;
        var chars = 0;
        var finished = false;
        try
        {
            await foreach (var update in chat.GetStreamingResponseAsync(Prompts.Of(task), options, cancellationToken))
            {
                usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? usage;
                finished |= update.FinishReason is not null;
                if (update.Text is { Length: > 0 } text)
                {
                    chars += text.Length;
                    output.Text(text);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw OpenAiErrors.Explain(e, _info.Name, Address, task.ModelId);
        }

        if (!finished)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, $"{_info.Name} broke the answer off after {chars} characters.");
        }

        return new TaskReceipt
        {
            AcceleratorNote = $"not reported by {_info.Name}",
            InputUnits = usage?.InputTokenCount ?? Prompts.Of(task).Sum(p => p.Text.Length) * 10 / 36,
            OutputUnits = usage?.OutputTokenCount ?? Math.Max(1, chars * 10 / 36),
            Note = usage is null ? "The server reported no token counts; units are characters / 3.6." : "",
        }.WithTokens(usage);
    }

    public void Dispose() => _http.Dispose();

    private static bool Same(RuntimeInfo a, RuntimeInfo b) =>
        a.State == b.State && a.Reason == b.Reason && a.Name == b.Name && a.Models.Select(m => m.Id).SequenceEqual(b.Models.Select(m => m.Id));

    private async Task<RuntimeInfo> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ProbeTimeout);
            using var answer = await _http.GetAsync(new Uri(Address + "/models"), limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return State(RuntimeState.Down, OpenAiErrors.Status((int)answer.StatusCode, Address), []);
            }

            using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(limit.Token));
            var models = body.RootElement.GetProperty("data").EnumerateArray()
                .Select(m => m.GetProperty("id").GetString()).OfType<string>().Where(id => id.Length is > 0 and <= 200)
                .Distinct().Take(500).Select(OpenAiModels.Of).ToImmutableArray();
            return models.IsEmpty
                ? State(RuntimeState.Down, $"It answers at {Address} but has no model. Get one there, for example with its own pull command.", [])
                : State(RuntimeState.Ready, null, models);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return State(RuntimeState.Down, OpenAiErrors.Probe(e, Address), []);
        }
    }

    private RuntimeInfo State(RuntimeState state, string? reason, ImmutableArray<ModelInfo> models) =>
        new($"openai:{Address}", Address.Port switch { 11434 => "Ollama", 1234 => "LM Studio", _ => "OpenAI-compatible" }, state, reason, models, [TaskKind.LlmGenerate], null);
}

internal static class ReceiptTokens
{
    /// <summary>Token counts, where the server reported them.</summary>
    public static TaskReceipt WithTokens(this TaskReceipt receipt, UsageDetails? usage)
    {
        if (usage?.InputTokenCount is { } read)
        {
            receipt.PromptTokens = read;
        }

        if (usage?.OutputTokenCount is { } written)
        {
            receipt.OutputTokens = written;
        }

        return receipt;
    }
}
