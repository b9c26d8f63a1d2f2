using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Reasoning;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using OllamaSharp;
using OllamaSharp.Models;
using ModelInfo = EdgeMesh.Core.Models.ModelInfo;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>
/// Ollama by its own API: what it has, how it loaded it (CPU and GPU shares), and streaming answers with its token counts. The context is asked
/// for (<see cref="OllamaContexts"/>): Ollama's own default would cut a long text off without a word.
/// </summary>
/// <param name="memoryBytes">Of the device; null: what this process sees.</param>
public sealed class OllamaRuntime(Uri address, SkillRules skills, TimeProvider time, long? memoryBytes = null)
    : ProbedRuntime(address, new RuntimeInfo($"ollama:{address.Authority}", "Ollama", RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.LlmGenerate], null), null, time)
{
    private readonly OllamaModels _models = new(skills, memoryBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, time);
    private const int MostGrowths = 4;
    private readonly OllamaContexts _contexts = new();

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => AnswerAsync(task, output, cancellationToken), cancellationToken, output);

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

    protected override Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken) => _models.ListAsync(Http, cancellationToken);

    private OllamaApiClient Client() => new(Http, "", null);

    private async Task<TaskReceipt> AnswerAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var details = _models.Of(task.ModelId);
        if (OllamaCloud.HostOf(task.ModelId) is not null || Info.Models.FirstOrDefault(m => m.Id == task.ModelId) is { CannotRun: not null, Completes: false })
        {
            // Whoever asks: a text goes to another computer only with a person's yes.
            throw new TaskFailedException(ReasonCode.Unsupported, $"{task.ModelId} cannot run there: {Info.Models.FirstOrDefault(m => m.Id == task.ModelId)?.CannotRun ?? OllamaCloud.Why("ollama.com")}");
        }

        var request = new OllamaRequest(task, details);
        var most = Info.Models.FirstOrDefault(m => m.Id == task.ModelId)?.ContextTokens ?? details.ContextTokens;
        var context = _contexts.Begin(task.ModelId, request.Tokens, most, await ResidentAsync(task.ModelId, cancellationToken));
        try
        {
            using var answer = await AskAsync(request, task.ModelId, context, most, cancellationToken);
            var (end, tool, written) = await ReadAsync(answer, output, task.SoFar, cancellationToken);
            if (end is null)
            {
                throw new TaskFailedException(ReasonCode.BadOutput, $"{Info.Name} broke the answer off after {written.AnswerChars} characters.");
            }

            return !written.HasAnswer && (tool ?? written.Tool) is { } asked
                ? throw NoAnswer.AskedForTool(task.ModelId, asked)
                : await ReceiptAsync(task, end, written.AnswerChars + written.ReasoningChars, cancellationToken);
        }
        finally
        {
            _contexts.End(task.ModelId);
        }
    }

    // How many tokens a text has is known by Ollama only: one that says that it is too long is asked for more context, as far as the model goes.
    private async Task<HttpResponseMessage> AskAsync(OllamaRequest request, string model, int context, int? most, CancellationToken cancellationToken)
    {
        var think = true;
        for (var grown = 0; ;)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, request.Path) { Content = JsonContent.Create(request.Body(context, think)) };
            try
            {
                return await Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (EngineStatusException e) when (think && e.Message.Contains("does not support thinking", StringComparison.OrdinalIgnoreCase))
            {
                think = false;
            }
            catch (EngineStatusException e) when (
                grown < MostGrowths && EngineErrors.FromWords(e.Message, Info.Name, model) is { Reason: ReasonCode.BadInput } && _contexts.Grow(model, context, most) is { } larger && larger > context)
            {
                context = larger;
                grown++;
            }
        }
    }

    private static async Task<(OllamaEnd? End, string? Tool, ReasoningSplitter Answer)> ReadAsync(HttpResponseMessage answer, ITaskOutput output, string soFar, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        var splitter = new ReasoningSplitter(output, soFar: soFar);
        OllamaEnd? end = null;
        string? tool = null;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var part = OllamaPart.Read(line);
            splitter.Reasoning(part.Thinking);
            splitter.Text(part.Text);
            end = part.End ?? end;
            tool ??= part.Tool;
        }

        splitter.End();
        return (end, tool, splitter);
    }

    private async Task<TaskReceipt> ReceiptAsync(TaskRequest task, OllamaEnd end, int chars, CancellationToken cancellationToken)
    {
        var (accelerator, note) = await WhereAsync(task.ModelId, cancellationToken);
        var receipt = new TaskReceipt
        {
            Accelerator = accelerator?.ToString() ?? "",
            AcceleratorNote = note,
            InputUnits = Math.Max(1, end.PromptTokens ?? (Conversation.Of(task).Sum(t => t.Content.Length) + task.SoFar.Length) * 10 / 36),
            OutputUnits = Math.Max(1, end.OutputTokens ?? chars * 10 / 36),
            CutAtLimit = end.Reason == "length",
            Note = end.LoadSeconds > 0.5 ? string.Create(CultureInfo.InvariantCulture, $"Loading took {end.LoadSeconds:0.0} s.") : "",
        };
        if (end.PromptTokens is { } read)
        {
            receipt.PromptTokens = read;
        }

        if (end.OutputTokens is { } written)
        {
            receipt.OutputTokens = written;
        }

        return receipt;
    }

    private async Task<OllamaResident?> ResidentAsync(string model, CancellationToken cancellationToken) =>
        await LoadedAsync(model, cancellationToken) is { ValueKind: JsonValueKind.Object } loaded ? new OllamaResident(loaded.At("context_length").Count()) : null;

    // What Ollama itself reports of the loaded model; it does not say which kind of GPU.
    private async Task<(AcceleratorKind? Kind, string Note)> WhereAsync(string model, CancellationToken cancellationToken)
    {
        var loaded = await LoadedAsync(model, cancellationToken);
        return (loaded.At("size").Number(), loaded.At("size_vram").Number()) switch
        {
            (null or <= 0, _) or (_, null or < 0) => (null, "not reported by Ollama"),
            (_, 0) => (AcceleratorKind.CPU, "Ollama reports 100 % on the CPU"),
            ({ } all, { } vram) when vram >= all => (AcceleratorKind.GPU, "Ollama reports 100 % on the GPU"),
            ({ } all, { } vram) => (null, string.Create(CultureInfo.InvariantCulture, $"Ollama reports {100 * vram / all:0} % on the GPU, the rest on the CPU")),
        };
    }

    private async Task<JsonElement> LoadedAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            using var running = await Http.GetJsonAsync("api/ps", cancellationToken);
            return running.RootElement.At("models").Items().FirstOrDefault(m => m.At("name").Text() == model || m.At("model").Text() == model) is { ValueKind: JsonValueKind.Object } found ? found.Clone() : default;
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }
}
