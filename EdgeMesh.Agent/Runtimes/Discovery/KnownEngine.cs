using System.Net;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.ComfyUi;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Agent.Runtimes.StableDiffusionWebUi;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Discovery;

/// <summary>An engine that may run on this device: where it usually listens, how it is recognised, and what adapter it gets.</summary>
/// <param name="Name">For people.</param>
/// <param name="Port">Its usual port on loopback.</param>
/// <param name="IdentityPath">A path that only it answers like this.</param>
/// <param name="IsIt">Whether the JSON at that path is its.</param>
/// <param name="Create">Its adapter.</param>
/// <param name="Server">What its header <c>Server</c> says, also when it answers that it wants a key; null when that names no engine.</param>
public sealed record KnownEngine(string Name, int Port, string IdentityPath, Func<JsonElement, bool> IsIt, Func<Uri, EngineContext, IRuntime> Create, string? Server = null)
{
    /// <summary>Whether an error status is its own word that it wants a key: it is there, and the adapter says what to do.</summary>
    public bool WantsKey(EngineStatusException answer) => answer is { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } && Server is not null && answer.Server?.Contains(Server, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The engines that are looked for. Several may share a port: the first that recognises itself is it.</summary>
    public static ImmutableArray<KnownEngine> All { get; } =
    [
        new("Ollama", 11434, "api/version", Has("version"), static (at, c) => new OllamaRuntime(at, c.Skills, c.Time)),
        new("LM Studio", 1234, "api/v0/models", HasModels, static (at, c) => new OpenAiRuntime(at, null, c.Skills, c.Time, "LM Studio")),
        new("llama.cpp server", 8080, "props", Has("default_generation_settings"), static (at, c) => new OpenAiRuntime(at, null, c.Skills, c.Time, "llama.cpp server"), "llama.cpp"),
        new("Foundry Local", 5273, "openai/status", Has("endpoints"), static (at, c) => new OpenAiRuntime(at, null, c.Skills, c.Time, "Foundry Local")),
        new("GenieX", 18181, "v1/models", HasModels, static (at, c) => new OpenAiRuntime(at, null, c.Skills, c.Time, "GenieX")),
        new("Stable Diffusion web UI", 7860, "sdapi/v1/sd-models", e => e.ValueKind == JsonValueKind.Array, static (at, c) => new StableDiffusionWebUiRuntime(at, c.Time)),
        new("ComfyUI", 8188, "system_stats", Has("system"), static (at, c) => new ComfyUiRuntime(at, c.Time)),
    ];

    private static bool HasModels(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array;

    private static Func<JsonElement, bool> Has(string property) => json => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(property, out _);
}

/// <summary>What adapters need.</summary>
/// <param name="Problem">What is wrong with a person's own rules, which are then not used; null when nothing is.</param>
public sealed record EngineContext(SkillRules Skills, TimeProvider Time, string? Problem = null)
{
    /// <summary>What people said of engines. Default: nothing, and nothing is kept.</summary>
    public EngineBook Book { get; init; } = new(null);

    /// <summary>Whose process listens on a loopback port; null when nobody knows.</summary>
    public Func<int, EngineOwner?> OwnerOf { get; init; } = PortOwners.Of;
}
