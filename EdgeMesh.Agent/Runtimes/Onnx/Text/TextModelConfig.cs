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

    /// <exception cref="TaskFailedException">ModelMissing: <c>config.json</c> is not there, or a file is not JSON.</exception>
    public static TextModelConfig Read(string folder)
    {
        using var config = Json(folder, "config.json") ?? throw new TaskFailedException(ReasonCode.ModelMissing, "config.json of the model is not there. Get the model again.");
        using var generation = Json(folder, "generation_config.json");
        using var tokenizer = Json(folder, "tokenizer_config.json");
        var model = config.RootElement;
        // Models that also see or hear keep the text part apart.
        var text = model.TryGetProperty("text_config", out var nested) && nested.ValueKind == JsonValueKind.Object ? nested : model;
        var wish = generation?.RootElement ?? default;

        var heads = Int(text, "num_attention_heads", "n_head");
        var width = Int(text, "hidden_size", "n_embd");
        var ends = Ids(wish, "eos_token_id") is { Count: > 0 } list ? list : Ids(text, "eos_token_id") is { Count: > 0 } inText ? inText : Ids(model, "eos_token_id");
        string[] marks = ["bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"];
        var special = marks.SelectMany(m => Ids(wish, m).Concat(Ids(text, m))).Concat(AddedSpecial(tokenizer?.RootElement ?? default));
        return new(
            Int(text, "max_position_embeddings", "n_positions", "max_sequence_length", "n_ctx", "seq_length") is > 1 and { } context ? context : UnknownContext,
            Int(text, "vocab_size"),
            Int(text, "num_key_value_heads") ?? heads,
            Int(text, "head_dim") ?? (width > 0 && heads > 0 ? width / heads : null),
            [.. ends],
            [.. special],
            SamplingOf(wish));
    }

    private static GenerationOptions SamplingOf(JsonElement wish)
    {
        var greedy = new GenerationOptions { RepetitionPenalty = Float(wish, "repetition_penalty") ?? 1 };
        var sampled = wish.ValueKind == JsonValueKind.Object && wish.TryGetProperty("do_sample", out var sample) && sample.ValueKind == JsonValueKind.True;
        return !sampled ? greedy : greedy with
        {
            Temperature = Float(wish, "temperature") ?? 1,
            TopK = Int(wish, "top_k") ?? 0,
            TopP = Float(wish, "top_p") ?? 1,
        };
    }

    private static JsonDocument? Json(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TaskFailedException(ReasonCode.ModelMissing, $"{name} of the model is damaged. Get the model again.");
        }
    }

    private static IEnumerable<int> AddedSpecial(JsonElement tokenizer)
    {
        if (tokenizer.ValueKind != JsonValueKind.Object || !tokenizer.TryGetProperty("added_tokens_decoder", out var added) || added.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var token in added.EnumerateObject())
        {
            if (int.TryParse(token.Name, out var id) && token.Value.ValueKind == JsonValueKind.Object
                && token.Value.TryGetProperty("special", out var special) && special.ValueKind == JsonValueKind.True)
            {
                yield return id;
            }
        }
    }

    private static int? Int(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
            {
                return number;
            }
        }

        return null;
    }

    private static float? Float(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetSingle() : null;

    private static List<int> Ids(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out var id) => [id],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _)).Select(v => v.GetInt32())],
            _ => [],
        };
    }
}
