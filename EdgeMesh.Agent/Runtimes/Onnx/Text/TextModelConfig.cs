using System.Globalization;
using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>What <c>config.json</c>, <c>generation_config.json</c> and <c>tokenizer_config.json</c> say about a text model.</summary>
/// <param name="ContextTokens">Longest sequence, prompt and answer together.</param>
/// <param name="Vocabulary">Entries; null when not said.</param>
/// <param name="KvHeads">Key/value heads; null when not said.</param>
/// <param name="HeadSize">Elements per head; null when not said.</param>
/// <param name="EndTokens">Ids that end an answer.</param>
/// <param name="SpecialTokens">Ids that carry no text, such as begin-of-text and role marks.</param>
/// <param name="Sampling">How the makers want it sampled; greedy when they do not say.</param>
public sealed record TextModelConfig(
    int ContextTokens,
    int? Vocabulary,
    int? KvHeads,
    int? HeadSize,
    ImmutableHashSet<int> EndTokens,
    ImmutableHashSet<int> SpecialTokens,
    GenerationOptions Sampling)
{
    /// <summary>Taken when no file says how long a sequence may be.</summary>
    public const int UnknownContext = 2048;

    private const int MostBytes = 16 << 20;

    /// <summary>A file says how long a sequence may be; else <see cref="ContextTokens"/> is <see cref="UnknownContext"/>.</summary>
    public bool IsContextKnown { get; init; }

    /// <summary>The graph's file where the makers name it; null lets <see cref="TextModelFiles"/> choose.</summary>
    public string? File { get; init; }

    public DecoderNames Names { get; init; } = DecoderNames.Usual;

    /// <summary>From <c>config.json</c>; where there is none, or for what it does not say of the graph, from <c>genai_config.json</c>.</summary>
    /// <exception cref="TaskFailedException">ModelMissing: neither is there, or a file is not JSON. Unsupported: as <see cref="GenAiConfig.Read"/>.</exception>
    public static TextModelConfig Read(TextModelFolder folder)
    {
        using var genai = Json(folder, GenAiConfig.FileName);
        using var config = Json(folder, "config.json");
        using var generation = Json(folder, "generation_config.json");
        using var tokenizer = Json(folder, "tokenizer_config.json");
        var special = AddedSpecial(tokenizer?.RootElement ?? default);
        var fromGenAi = genai is null ? null : GenAiConfig.Read(genai.RootElement);
        return config is not null
            ? Read(config.RootElement, generation?.RootElement ?? default, special) is var own && fromGenAi is { } more ? own with { File = more.File, Names = more.Names } : own
            : fromGenAi is { } alone ? alone with { SpecialTokens = alone.SpecialTokens.Union(special) }
            : throw new TaskFailedException(ReasonCode.ModelMissing, "config.json of the model is not there. Get the model again.");
    }

    internal static GenerationOptions SamplingOf(JsonElement wish)
    {
        var greedy = new GenerationOptions { RepetitionPenalty = wish.Float("repetition_penalty") ?? 1 };
        return wish.TryGet("do_sample") is not { ValueKind: JsonValueKind.True } ? greedy : greedy with
        {
            Temperature = wish.Float("temperature") ?? 1,
            TopK = wish.Int("top_k") ?? 0,
            TopP = wish.Float("top_p") ?? 1,
        };
    }

    private static TextModelConfig Read(JsonElement model, JsonElement wish, IEnumerable<int> added)
    {
        // Models that also see or hear keep the text part apart.
        var text = model.TryGet("text_config") is { ValueKind: JsonValueKind.Object } nested ? nested : model;
        var heads = text.Int("num_attention_heads", "n_head");
        var width = text.Int("hidden_size", "n_embd");
        var ends = wish.Ids("eos_token_id") is { Count: > 0 } list ? list : text.Ids("eos_token_id") is { Count: > 0 } inText ? inText : model.Ids("eos_token_id");
        string[] marks = ["bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"];
        var context = text.Int("max_position_embeddings", "n_positions", "max_sequence_length", "n_ctx", "seq_length");
        return new(
            context is > 1 ? context.Value : UnknownContext,
            text.Int("vocab_size"),
            text.Int("num_key_value_heads") ?? heads,
            text.Int("head_dim") ?? (width > 0 && heads > 0 ? width / heads : null),
            [.. ends],
            [.. marks.SelectMany(m => wish.Ids(m).Concat(text.Ids(m))), .. added],
            SamplingOf(wish))
        {
            IsContextKnown = context is > 1,
        };
    }

    private static JsonDocument? Json(TextModelFolder folder, string name)
    {
        var file = new FileInfo(folder.Path(name));
        try
        {
            return !file.Exists ? null
                : file.Length > MostBytes ? throw new TaskFailedException(ReasonCode.Unsupported, $"{name} of the model has {file.Length >> 20} MB; at most {MostBytes >> 20} MB are read.")
                : JsonDocument.Parse(System.IO.File.ReadAllBytes(file.FullName));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TaskFailedException(ReasonCode.ModelMissing, $"{name} of the model is damaged. Get the model again.");
        }
    }

    private static List<int> AddedSpecial(JsonElement tokenizer) => tokenizer.TryGet("added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } added ? []
        : [.. added.EnumerateObject().Where(t => int.TryParse(t.Name, out _) && t.Value.TryGet("special") is { ValueKind: JsonValueKind.True }).Select(t => int.Parse(t.Name, CultureInfo.InvariantCulture))];
}
