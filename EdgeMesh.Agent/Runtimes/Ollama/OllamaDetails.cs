using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>What <c>/api/show</c> says of a model, as far as it says it.</summary>
/// <param name="ContextTokens">The longest context it was trained for; null when unknown.</param>
/// <param name="KvBytesPerToken">Memory that a token of context takes, at 16 bits a value; null when unknown.</param>
/// <param name="Parameters">Billions; null when unknown.</param>
/// <param name="Generates">It writes text at all: an embedding model does not.</param>
/// <param name="Thinks">It can be told to think, or not to.</param>
/// <param name="HasTemplate">It has a chat template; a base model has none and only goes on with a text.</param>
/// <param name="RemoteHost">The server that runs it when this device does not; null for a model of its own.</param>
/// <param name="Continues">It goes on with a last message of the assistant (<see cref="OllamaContinuation"/>).</param>
internal sealed record OllamaDetails(int? ContextTokens, long? KvBytesPerToken, double? Parameters, bool Generates, bool Thinks, bool HasTemplate, string? RemoteHost = null, bool Continues = false)
{
    private const int BytesOfKeyAndValue = 2;
    private static readonly string[] Talks = ["tools", "thinking", "vision"];
    private static readonly string[] Renderers = ["RENDERER ", "PARSER "];

    /// <summary>Nothing is known.</summary>
    public static OllamaDetails Unknown { get; } = new(null, null, null, true, false, true);

    public static OllamaDetails Read(JsonElement show)
    {
        var info = show.At("model_info");
        var capabilities = show.At("capabilities").Items().Select(c => c.Text()).OfType<string>().ToList();
        return new OllamaDetails(
            End(info, ".context_length").Count() is > 0 and var context ? context : null,
            KvBytes(info),
            info.At("general.parameter_count").Number() is > 0 and var count ? count / 1e9 : null,
            capabilities.Count == 0 || capabilities.Contains("completion"),
            capabilities.Contains("thinking"),
            !IsPassedThrough(show.At("template").Text()) || capabilities.Exists(c => Talks.Contains(c)) || HasRenderer(show),
            OllamaCloud.HostOf(show),
            OllamaContinuation.IsKnown(show));
    }

    // Without a TEMPLATE of its own a model gets one that hands the prompt through.
    private static bool IsPassedThrough(string? template) => template?.Replace(" ", "", StringComparison.Ordinal).Trim() is "{{.Prompt}}" or "{{-.Prompt-}}";

    // Newer models have their conversations written by a part of Ollama, and that template only for form's sake.
    private static bool HasRenderer(JsonElement show) =>
        show.At("renderer").Text() is { Length: > 0 } || show.At("parser").Text() is { Length: > 0 } ||
        show.At("modelfile").Text()?.Split('\n').Any(line => Renderers.Any(r => line.StartsWith(r, StringComparison.OrdinalIgnoreCase))) == true;

    // Layers × heads of keys and values × their lengths; of models that look back in every n-th layer only, those layers. What is kept for a window is
    // counted whole: rather too much than too little.
    private static long? KvBytes(JsonElement info)
    {
        var layers = End(info, ".block_count").Count() / (End(info, ".full_attention_interval").Count() is > 1 and var every ? every : 1);
        var heads = End(info, ".attention.head_count").Count();
        var perLayer = End(info, ".attention.head_count_kv");
        var length = heads is > 0 && End(info, ".embedding_length").Count() is { } width ? width / heads : null;
        var key = End(info, ".attention.key_length").Count() ?? length;
        var value = End(info, ".attention.value_length").Count() ?? key;
        long? kvHeads = perLayer.ValueKind == JsonValueKind.Array ? perLayer.Items().Sum(h => (long)(h.Count() ?? 0)) : (long?)(perLayer.Count() ?? heads) * layers;
        var bytes = (double?)kvHeads * ((double?)key + value) * BytesOfKeyAndValue;
        return bytes is > 0 and < 1e9 ? (long)bytes : null;
    }

    // "llama.context_length", "qwen3.context_length" …: the architecture's name comes first.
    private static JsonElement End(JsonElement info, string name) => info.Properties().FirstOrDefault(p => p.Name.EndsWith(name, StringComparison.Ordinal)).Value;
}
