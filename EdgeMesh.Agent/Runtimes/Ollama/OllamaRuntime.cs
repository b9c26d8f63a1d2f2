using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using OllamaSharp;
using OllamaSharp.Models;
using ModelInfo = EdgeMesh.Core.Models.ModelInfo;
using OllamaSharp.Models.Chat;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>
/// Ollama by its own API: what it has, how it loaded it (CPU and GPU shares), and streaming answers with its token counts. The context is asked
/// for as large as the prompt needs: Ollama's own default would cut a long text off without a word.
/// </summary>
public sealed class OllamaRuntime(Uri address, SkillRules skills, TimeProvider time)
    : ProbedRuntime(address, new RuntimeInfo($"ollama:{address.Authority}", "Ollama", RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.LlmGenerate], null), null, time)
{
    private const int ContextStep = 2_048;
    private const int DefaultOutput = 1_024;
    private readonly OllamaModels _models = new(skills);

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => ChatAsync(task, output, cancellationToken), cancellationToken);

    /// <summary>Downloads a model into Ollama; <paramref name="progress"/> gets what is done and how much it is, in bytes.</summary>
    public Task<bool> PullAsync(string model, Action<long, long> progress, CancellationToken cancellationToken) => ExplainedAsync(model, async () =>
    {
        using var client = Client();
        await foreach (var step in client.PullModelAsync(new PullModelRequest { Model = model, Stream = true }, cancellationToken))
        {
            if (step is { Total: > 0 })
            {
                progress(step.Completed, step.Total);
            }
        }

        return true;
    }, cancellationToken);

    /// <summary>Removes a model from Ollama.</summary>
    public Task<bool> RemoveAsync(string model, CancellationToken cancellationToken) => ExplainedAsync(model, async () =>
    {
        using var client = Client();
        await client.DeleteModelAsync(new DeleteModelRequest { Model = model }, cancellationToken);
        return true;
    }, cancellationToken);

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using var client = Client();
        return await _models.ListAsync(client, cancellationToken);
    }

    private OllamaApiClient Client() => new(Http, "", null);

    private async Task<TaskReceipt> ChatAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        using var client = Client();
        var turns = Conversation.Of(task);
        ChatDoneResponseStream? done = null;
        var chars = 0;
        await foreach (var part in StreamAsync(client, Request(task, turns), cancellationToken))
        {
            if (part.Message?.Content is { Length: > 0 } text)
            {
                chars += text.Length;
                output.Text(text);
            }

            done = part.Done ? part : done;
        }

        if (done is null)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, $"{Info.Name} broke the answer off after {chars} characters.");
        }

        var (accelerator, note) = await WhereAsync(client, task.ModelId, cancellationToken);
        return new TaskReceipt
        {
            Accelerator = accelerator?.ToString() ?? "",
            AcceleratorNote = note,
            PromptTokens = done.PromptEvalCount,
            OutputTokens = done.EvalCount,
            InputUnits = Math.Max(1, done.PromptEvalCount),
            OutputUnits = Math.Max(1, done.EvalCount),
            Note = string.Join(' ', new[]
            {
                done.LoadDuration > 500_000_000 ? string.Create(CultureInfo.InvariantCulture, $"Loading took {done.LoadDuration / 1e9:0.0} s.") : "",
                done.DoneReason == "length" ? "It reached its length limit." : "",
            }.Where(s => s.Length > 0)),
        };
    }

    // The library's own stream does not end on cancellation while the server is silent; reading the lines here does.
    private async IAsyncEnumerable<ChatDoneResponseStream> StreamAsync(OllamaApiClient client, ChatRequest chat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/chat", UriKind.Relative)) { Content = JsonContent.Create(chat, options: client.OutgoingJsonSerializerOptions) };
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (JsonSerializer.Deserialize<ErrorLine>(line)?.Error is { } error)
            {
                throw new EngineStatusException(HttpStatusCode.InternalServerError, error);
            }

            if (JsonSerializer.Deserialize<ChatDoneResponseStream>(line, client.IncomingJsonSerializerOptions) is { } part)
            {
                yield return part;
            }
        }
    }

    private ChatRequest Request(TaskRequest task, ImmutableArray<Core.Contracts.Message> turns)
    {
        var wish = task.Generate;
        var prompt = turns.Sum(t => (Encoding.UTF8.GetByteCount(t.Content) * 10 / 36) + 8);
        var needed = prompt + (wish is { HasMaxTokens: true } ? Math.Min(wish.MaxTokens, DefaultOutput * 4) : DefaultOutput);
        var most = Info.Models.FirstOrDefault(m => m.Id == task.ModelId)?.ContextTokens ?? int.MaxValue;
        return new ChatRequest
        {
            Model = task.ModelId,
            Stream = true,
            Messages = [.. turns.Select(t => new OllamaSharp.Models.Chat.Message(new ChatRole(t.Role), t.Content))],
            Options = new RequestOptions
            {
                NumCtx = Math.Min(most, (int)Math.Ceiling((double)needed / ContextStep) * ContextStep),
                NumPredict = wish is { HasMaxTokens: true } ? wish.MaxTokens : null,
                Temperature = wish is { HasTemperature: true } ? (float)wish.Temperature : null,
                Seed = wish is { HasSeed: true } ? (int)(wish.Seed & int.MaxValue) : null,
            },
        };
    }

    // What Ollama itself reports of the loaded model; it does not say which kind of GPU.
    private static async Task<(AcceleratorKind? Kind, string Note)> WhereAsync(OllamaApiClient client, string model, CancellationToken cancellationToken)
    {
        try
        {
            var loaded = (await client.ListRunningModelsAsync(cancellationToken)).FirstOrDefault(m => m.Name == model);
            return loaded switch
            {
                null or { Size: <= 0 } => (null, "not reported by Ollama"),
                { SizeVram: 0 } => (AcceleratorKind.CPU, "Ollama reports 100 % on the CPU"),
                _ when loaded.SizeVram >= loaded.Size => (AcceleratorKind.GPU, "Ollama reports 100 % on the GPU"),
                _ => (null, string.Create(CultureInfo.InvariantCulture, $"Ollama reports {100.0 * loaded.SizeVram / loaded.Size:0} % on the GPU, the rest on the CPU")),
            };
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return (null, "not reported by Ollama");
        }
    }

    /// <summary>What Ollama sends instead of a part when something breaks in the middle of an answer.</summary>
    private sealed record ErrorLine([property: JsonPropertyName("error")] string? Error);
}
