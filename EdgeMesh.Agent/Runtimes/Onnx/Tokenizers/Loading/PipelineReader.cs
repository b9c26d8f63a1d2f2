using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>Reads <c>tokenizer.json</c> into the parts of a pipeline.</summary>
internal sealed class PipelineReader(TokenizerLimits limits)
{
    public PipelineParts Read(JsonElement json)
    {
        var model = Model(json.Part("model") ?? throw new TokenizerException(TokenizerFault.Garbled, "tokenizer.json has no model."));
        var added = json.Items("added_tokens").Select(Added).ToImmutableArray();
        CheckIds(model.Vocabulary.Values.Concat(added.Select(t => t.Id)));
        var (opening, closing) = json.Part("post_processor") is { } processor ? PostProcessorReader.Read(processor) : ([], []);
        var steps = new StepReader(limits.PatternTimeout);
        return new PipelineParts(
            json.Part("normalizer") is { } normalizer ? steps.Normalizer(normalizer) : text => text,
            json.Part("pre_tokenizer") is { } pre ? [.. steps.PreTokenizers(pre)] : [],
            model,
            added,
            opening,
            closing,
            json.Part("decoder") is { } decoder ? [.. steps.Decoders(decoder), .. EndOfWord(json)] : null);
    }

    /// <summary>Builds every step of an outline and throws them away: what is not known here is refused before a vocabulary is read.</summary>
    public void Check(JsonElement outline)
    {
        var type = (outline.Part("model") ?? throw new TokenizerException(TokenizerFault.Garbled, "tokenizer.json has no model.")).TextOrNull("type");
        if (type is not (null or "BPE" or "WordPiece" or "WordLevel" or "Unigram"))
        {
            throw JsonParts.Unsupported("model", type);
        }

        var steps = new StepReader(limits.PatternTimeout);
        _ = outline.Part("normalizer") is { } normalizer ? steps.Normalizer(normalizer) : null;
        _ = outline.Part("pre_tokenizer") is { } pre ? steps.PreTokenizers(pre).Count() : 0;
        _ = outline.Part("decoder") is { } decoder ? steps.Decoders(decoder).Count() : 0;
        if (outline.Part("post_processor") is { } processor)
        {
            PostProcessorReader.Read(processor);
        }
    }

    // The files of CLIP name no decoder for the mark at the end of a word; its own library turns it into a space.
    private static IEnumerable<Func<List<string>, List<string>>> EndOfWord(JsonElement json)
        => json.Part("model")?.TextOrNull("end_of_word_suffix") is { Length: > 0 } suffix
            ? [tokens => tokens.ConvertAll(t => t.Replace(suffix, " ", StringComparison.Ordinal))]
            : [];

    private static AddedToken Added(JsonElement json) => new(
        json.Number("id", -1),
        json.Text("content"),
        json.Flag("single_word", false),
        json.Flag("lstrip", false),
        json.Flag("rstrip", false),
        json.Flag("normalized", false),
        json.Flag("special", false));

    private static ITokenModel Model(JsonElement json) => (json.TextOrNull("type") ?? Untyped(json)) switch
    {
        "BPE" => new BpeModel(
            Vocabulary(json),
            [.. json.Items("merges").Select((merge, rank) => Merge(merge) is var (left, right) ? (left, right, rank) : default)],
            new BpeOptions(
                json.TextOrNull("unk_token"),
                json.Flag("fuse_unk", false),
                json.Flag("byte_fallback", false),
                json.Flag("ignore_merges", false),
                json.TextOrNull("continuing_subword_prefix") ?? "",
                json.TextOrNull("end_of_word_suffix") ?? "")),
        "WordPiece" => new WordPieceModel(
            Vocabulary(json),
            json.TextOrNull("unk_token") ?? "[UNK]",
            json.TextOrNull("continuing_subword_prefix") ?? "##",
            Math.Clamp(json.Number("max_input_chars_per_word", 100), 0, 1_000)),
        "WordLevel" => new WordLevelModel(Vocabulary(json), json.TextOrNull("unk_token") ?? "[UNK]"),
        "Unigram" => new UnigramModel(
            [.. json.Items("vocab").Select(p => (p[0].GetString()!, p[1].GetDouble()))],
            json.Part("unk_id")?.GetInt32(),
            json.Flag("byte_fallback", false)),
        var other => throw JsonParts.Unsupported("model", other),
    };

    // Older files do not name the type: pairs of piece and score are a Unigram model's (T5), merges a BPE's.
    private static string Untyped(JsonElement json) => json.Part("vocab") is { ValueKind: JsonValueKind.Array } ? "Unigram" : json.Part("merges") is null ? "WordPiece" : "BPE";

    private static Dictionary<string, int> Vocabulary(JsonElement json)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in json.Part("vocab")?.EnumerateObject().AsEnumerable() ?? [])
        {
            vocabulary[entry.Name] = entry.Value.GetInt32();
        }

        return vocabulary.Count > 0 ? vocabulary : throw new TokenizerException(TokenizerFault.Garbled, "tokenizer.json has no vocabulary.");
    }

    // Older files write "a b", newer ones ["a", "b"].
    private static (string Left, string Right) Merge(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            return (json[0].GetString()!, json[1].GetString()!);
        }

        var text = json.GetString()!;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return (text[..space], text[(space + 1)..]);
    }

    private void CheckIds(IEnumerable<int> ids)
    {
        foreach (var id in ids)
        {
            if (id < 0 || id >= limits.MaxVocabulary)
            {
                throw new TokenizerException(TokenizerFault.TooLarge, $"tokenizer.json has the token id {id}; ids from 0 to {limits.MaxVocabulary - 1} can be used.");
            }
        }
    }
}
