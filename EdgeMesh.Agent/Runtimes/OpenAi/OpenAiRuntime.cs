using System.Net;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// A server that speaks OpenAI's API (LM Studio, llama.cpp server, Foundry Local, GenieX, vLLM …): streaming chat completions, and images where a
/// model makes them, with the models it lists.
/// </summary>
public sealed class OpenAiRuntime : ProbedRuntime
{
    private readonly OpenAiAddress _address;
    private readonly SkillRules _skills;
    private readonly OpenAiProbe _probe;
    private readonly ChatCall _chat;
    private readonly ImageCall _image;

    /// <param name="address">Of the server, in any form people write it.</param>
    /// <param name="key">Sent as a bearer token; null for servers that want none.</param>
    /// <param name="name">For people; null when it is not known which server it is.</param>
    public OpenAiRuntime(Uri address, string? key, SkillRules skills, TimeProvider time, string? name = null)
        : this(OpenAiAddress.Of(address), key, skills, time, name)
    {
    }

    /// <inheritdoc cref="OpenAiRuntime(Uri, string?, SkillRules, TimeProvider, string?)"/>
    public OpenAiRuntime(OpenAiAddress address, string? key, SkillRules skills, TimeProvider time, string? name = null)
        : base(address.Bases[0], Initial(address.Bases[0], name), key, time)
    {
        (_address, _skills) = (address, skills);
        Http.DefaultRequestHeaders.Authorization ??= address.Authorization;
        if (key is not null && address.Query.Contains("api-version=", StringComparison.OrdinalIgnoreCase))
        {
            Http.DefaultRequestHeaders.Add("api-key", key); // Azure's
        }

        (_probe, _chat, _image) = (new OpenAiProbe(Http, address), new ChatCall(Http, new ServerDialects(), time), new ImageCall(Http));
    }

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => AskAsync(task, output, cancellationToken), cancellationToken, output);

    protected override int? Slots => _probe.Slots;

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await _probe.ListAsync(cancellationToken)).Select(Describe)];

    private static RuntimeInfo Initial(Uri address, string? name) => new(
        $"openai:{address.AbsoluteUri.TrimEnd('/')}",
        name ?? address.Port switch { OllamaCloud.Port => "Ollama", 1234 => "LM Studio", _ => "OpenAI-compatible server" },
        RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.LlmGenerate, TaskKind.ImageGenerate], null);

    private ModelInfo Describe(OpenAiModel model)
    {
        if (_address.Bases[0] is { IsLoopback: true, Port: OllamaCloud.Port } && OllamaCloud.HostOf(model.Id) is { } host)
        {
            return OllamaCloud.Model(model.Id, host);
        }

        var (skills, tier) = _skills.For(model.Id);
        return new ModelInfo(model.Id, model.Generates ? skills : [], null, model.ContextTokens, tier, ResidentBytes: model.IsLoaded == true ? model.SizeBytes ?? 0 : null) { Continues = model.Continues };
    }

    private async Task<TaskReceipt> AskAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        try
        {
            return task.Kind == TaskKindValue.ImageGenerate
                ? await _image.RunAsync(_address.Endpoint(_probe.Base, "images/generations"), Info.Name, task, output, cancellationToken)
                : await ChatAsync(task, output, cancellationToken);
        }
        catch (EngineStatusException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            _probe.WasRefused();
            throw;
        }
    }

    private async Task<TaskReceipt> ChatAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var receipt = await _chat.RunAsync(_address.Endpoint(_probe.Base, "chat/completions"), Info.Name, task, output, cancellationToken);
        if (receipt.HasPromptTokens && Info.Models.FirstOrDefault(m => m.Id == task.ModelId)?.ContextTokens is { } context)
        {
            var text = string.Concat(Conversation.Of(task).Select(t => t.Content)) + task.SoFar;
            receipt.Note = $"{receipt.Note} {await LlamaCppPrompt.CutAsync(Http, _address.Endpoint(_probe.Base, "../tokenize"), text, receipt.PromptTokens, context, cancellationToken)}".Trim();
        }

        return receipt;
    }
}
