using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>A model as a server lists it.</summary>
/// <param name="ContextTokens">What it reads now; null when the server does not say.</param>
/// <param name="Generates">False for embedding models and the like.</param>
/// <param name="SizeBytes">Bytes of its weights, as llama.cpp tells; null when the server does not say.</param>
/// <param name="IsLoaded">Whether it is in memory now, as LM Studio and llama.cpp with several models tell; null when the server does not say.</param>
/// <param name="Continues">It goes on with an answer that was begun elsewhere, as was seen.</param>
internal sealed record OpenAiModel(string Id, int? ContextTokens, bool Generates, long? SizeBytes = null, bool? IsLoaded = null, bool Continues = false)
{
    // What servers call it; what is loaded counts before what could be.
    private static readonly string[] Contexts = ["loaded_context_length", "max_model_len", "context_window", "context_length", "max_context_length", "n_ctx"];

    /// <summary>The models of a list: OpenAI's <c>data</c>, <c>models</c>, a bare list, or names alone. What has no name is left out.</summary>
    public static IEnumerable<OpenAiModel> Read(JsonElement list)
    {
        var entries = list.ValueKind == JsonValueKind.Array ? list : list.At("data") is { ValueKind: JsonValueKind.Array } data ? data : list.At("models");
        if (entries.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("It is no list of models.");
        }

        return entries.Items().Select(One).OfType<OpenAiModel>();
    }

    private static OpenAiModel? One(JsonElement entry)
    {
        var id = entry.Text() ?? entry.At("id").Text() ?? entry.At("name").Text() ?? entry.At("model").Text();
        return id is null ? null : new(id, Context(entry) ?? Context(entry.At("meta")), entry.At("type").Text() is null or "llm" or "vlm" or "chat" or "model" or "text" or "image" or "language",
            entry.At("meta").At("size").Whole(), Loaded(entry));
    }

    // LM Studio's word, and llama.cpp's.
    private static bool? Loaded(JsonElement entry) => (entry.At("state").Text() ?? entry.At("status").At("value").Text()) is { } state ? state == "loaded" : null;

    private static int? Context(JsonElement entry) => Contexts.Select(name => entry.At(name).Count()).FirstOrDefault(count => count > 0);
}
