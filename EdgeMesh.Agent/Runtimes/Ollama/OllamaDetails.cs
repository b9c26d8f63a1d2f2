using System.Globalization;
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
/// <param name="OwnContext">The <c>num_ctx</c> of its Modelfile; null when it sets none.</param>
internal sealed record OllamaDetails(
    int? ContextTokens, long? KvBytesPerToken, double? Parameters, bool Generates, bool Thinks, bool HasTemplate, int? OwnContext)
{
    private const int BytesOfKeyAndValue = 2;

    /// <summary>Nothing is known.</summary>
    public static OllamaDetails Unknown { get; } = new(null, null, null, true, false, true, null);

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
            HasChatTemplate(show.At("template").Text()),
            OwnNumCtx(show.At("parameters").Text()));
    }

    // Without a TEMPLATE of its own a model gets one that hands the prompt through.
    private static bool HasChatTemplate(string? template) => template is null || template.Replace(" ", "", StringComparison.Ordinal).Trim() is not ("{{.Prompt}}" or "{{-.Prompt-}}");

    private static int? OwnNumCtx(string? parameters) => parameters?.Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 2 && words[0] == "num_ctx").Select(words => int.TryParse(words[1], CultureInfo.InvariantCulture, out var tokens) && tokens > 0 ? tokens : (int?)null).FirstOrDefault();

    // Layers × heads of keys and values × their lengths. What a model keeps for a window only is counted whole: rather too much than too little.
    private static long? KvBytes(JsonElement info)
    {
        var layers = End(info, ".block_count").Count();
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
