using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Images;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// A server that speaks OpenAI's API (LM Studio, llama.cpp server, Foundry Local, GenieX, vLLM …): streaming chat completions, and images where a
/// model makes them, with the models it lists.
/// </summary>
public sealed class OpenAiRuntime : ProbedRuntime
{
    private readonly OpenAIClient _client;
    private readonly SkillRules _skills;

    /// <param name="address">With or without <c>/v1</c>.</param>
    /// <param name="key">Sent as a bearer token; null for servers that want none.</param>
    /// <param name="name">For people; null when it is not known which server it is.</param>
    public OpenAiRuntime(Uri address, string? key, SkillRules skills, TimeProvider time, string? name = null)
        : base(Base(address), Initial(Base(address), name), key, time)
    {
        _skills = skills;
        _client = new OpenAIClient(new ApiKeyCredential(key ?? "none"), new OpenAIClientOptions
        {
            Endpoint = new Uri(Address.AbsoluteUri.TrimEnd('/')),
            Transport = new HttpClientPipelineTransport(Http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = TimeSpan.FromMinutes(10),
        });
    }

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) => ExplainedAsync(
        task.ModelId,
        () => task.Kind == TaskKindValue.ImageGenerate ? PaintAsync(task, output, cancellationToken) : ChatAsync(task, output, cancellationToken),
        cancellationToken);

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using var body = await Http.GetJsonAsync("models", cancellationToken);
        var details = await OpenAiDetails.ReadAsync(Http, cancellationToken);
        return
        [
            .. body.RootElement.GetProperty("data").EnumerateArray()
                .Select(m => m.GetProperty("id").GetString()).OfType<string>().Where(id => id.Length is > 0 and <= 200)
                .Distinct().Take(500).Select(id => Describe(id, details.GetValueOrDefault(id))),
        ];
    }

    private static Uri Base(Uri address)
    {
        var path = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return new Uri((path.EndsWith("/v1", StringComparison.Ordinal) ? path : path + "/v1") + "/");
    }

    private static RuntimeInfo Initial(Uri address, string? name) => new(
        $"openai:{address.AbsoluteUri.TrimEnd('/')}",
        name ?? address.Port switch { 11434 => "Ollama", 1234 => "LM Studio", _ => "OpenAI-compatible server" },
        RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.LlmGenerate, TaskKind.ImageGenerate], null);

    private ModelInfo Describe(string id, OpenAiDetails? details)
    {
        var (skills, tier) = _skills.For(id);
        return new ModelInfo(id, details is { Generates: false } ? [] : skills, null, details?.ContextTokens, tier);
    }

    private async Task<TaskReceipt> ChatAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        using var chat = _client.GetChatClient(task.ModelId).AsIChatClient();
        var turns = Conversation.Of(task).Select(m => new Microsoft.Extensions.AI.ChatMessage(new ChatRole(m.Role), m.Content)).ToList();
        var options = new Microsoft.Extensions.AI.ChatOptions
        {
            MaxOutputTokens = task.Generate is { HasMaxTokens: true } m ? m.MaxTokens : null,
            Temperature = task.Generate is { HasTemperature: true } t ? (float)t.Temperature : null,
            Seed = task.Generate is { HasSeed: true } s ? s.Seed : null,
        };
        UsageDetails? usage = null;
        var chars = 0;
        ChatFinishReason? finish = null;
        await foreach (var update in chat.GetStreamingResponseAsync(turns, options, cancellationToken))
        {
            usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? usage;
            finish = update.FinishReason ?? finish;
            if (update.Text is { Length: > 0 } text)
            {
                chars += text.Length;
                output.Text(text);
            }
        }

        if (finish is null)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, $"{Info.Name} broke the answer off after {chars} characters.");
        }

        var receipt = new TaskReceipt
        {
            AcceleratorNote = $"not reported by {Info.Name}",
            InputUnits = Math.Max(1, usage?.InputTokenCount ?? turns.Sum(p => p.Text.Length) * 10 / 36),
            OutputUnits = Math.Max(1, usage?.OutputTokenCount ?? chars * 10 / 36),
            Note = string.Join(' ', new[]
            {
                usage is null ? "The server reported no token counts; units are characters / 3.6." : "",
                finish == ChatFinishReason.Length ? "It reached its length limit." : "",
            }.Where(n => n.Length > 0)),
        };
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

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var wish = task.Image ?? new Core.Contracts.Image();
        var options = new OpenAI.Images.ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes };
        if (wish is { Width: > 0, Height: > 0 })
        {
            options.Size = new GeneratedImageSize(wish.Width, wish.Height);
        }

        GeneratedImage image = await _client.GetImageClient(task.ModelId).GenerateImageAsync(task.Text, options, cancellationToken);
        if (image.ImageBytes is not { } bytes)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, $"{Info.Name} answered without an image.");
        }

        output.Artifact($"image-{task.TaskId}.png", "image/png", bytes.ToMemory().Span);
        var asked = wish is { Steps: > 0 } or { HasSeed: true } or { NegativePrompt.Length: > 0 };
        return new TaskReceipt
        {
            AcceleratorNote = $"not reported by {Info.Name}",
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = 1,
            Note = asked ? "This protocol knows no steps, seed or negative prompt; they were not used." : "",
        };
    }
}
