using System.Text;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>Reads normalizers, pre-tokenizers and decoders; a kind this program does not have is refused, never skipped.</summary>
internal sealed class StepReader(TimeSpan patternTimeout)
{
    // Replacements feed each other: a few lines could ask for more text than there is memory.
    private const int MostReplacementChars = 256;
    private const int MostNormalizedChars = 64 << 20;

    public Func<string, string> Normalizer(JsonElement json)
    {
        switch (json.TextOrNull("type"))
        {
            case "Sequence":
                var steps = json.Items("normalizers").Select(Normalizer).ToArray();
                return text => steps.Aggregate(text, (t, step) => Bounded(step(t)));
            case "NFC":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormKD);
            case "Lowercase":
                return Normalizers.Lowercase;
            case "StripAccents":
                return Normalizers.StripAccents;
            case "Strip":
                var (left, right) = (json.Flag("strip_left", true), json.Flag("strip_right", true));
                return text => Normalizers.Strip(text, left, right);
            case "Prepend":
                var prefix = json.Text("prepend");
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                return Replacement(json);
            case "ByteLevel":
                return ByteLevelAlphabet.Encode;
            case "BertNormalizer":
                var lowercase = json.Flag("lowercase", true);
                var (clean, chinese, accents) = (json.Flag("clean_text", true), json.Flag("handle_chinese_chars", true), json.Flag("strip_accents", lowercase));
                return text => Normalizers.Bert(text, clean, chinese, accents, lowercase);
            case var other:
                throw JsonParts.Unsupported("normalizer", other);
        }
    }

    public IEnumerable<Func<Piece, IEnumerable<Piece>>> PreTokenizers(JsonElement json)
    {
        switch (json.TextOrNull("type"))
        {
            case "Sequence":
                return json.Items("pretokenizers").SelectMany(PreTokenizers);
            case "ByteLevel":
                return ByteLevel(json);
            case "Split":
                var (pattern, behavior, invert) = (Pattern(json), Behavior(json.Text("behavior")), json.Flag("invert", false));
                return [piece => Steps.PreTokenizers.Split(piece, pattern, behavior, invert)];
            case "Digits":
                var digits = json.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                return [piece => Steps.PreTokenizers.Split(piece, char.IsNumber, digits)];
            case "Metaspace":
                var (mark, scheme, split) = (Mark(json), Scheme(json), json.Flag("split", true));
                var found = TextPattern.Literal(mark.ToString(), patternTimeout);
                return [piece => Steps.PreTokenizers.Metaspace(piece, mark, scheme, split, found)];
            case "Whitespace":
                var words = TextPattern.Expression(@"\w+|[^\w\s]+", patternTimeout);
                return [piece => Steps.PreTokenizers.Split(piece, words, SplitBehavior.Removed, true)];
            case "WhitespaceSplit":
                return [piece => Steps.PreTokenizers.Split(piece, char.IsWhiteSpace, SplitBehavior.Removed)];
            case "Punctuation":
                var punctuation = Behavior(json.TextOrNull("behavior") ?? "Isolated");
                return [piece => Steps.PreTokenizers.Split(piece, Steps.PreTokenizers.IsPunctuation, punctuation)];
            case "BertPreTokenizer":
                return
                [
                    piece => Steps.PreTokenizers.Split(piece, char.IsWhiteSpace, SplitBehavior.Removed),
                    piece => Steps.PreTokenizers.Split(piece, Steps.PreTokenizers.IsPunctuation, SplitBehavior.Isolated),
                ];
            case "CharDelimiterSplit":
                var delimiter = TextPattern.Literal(json.Text("delimiter"), patternTimeout);
                return [piece => Steps.PreTokenizers.Split(piece, delimiter, SplitBehavior.Removed, false)];
            case var other:
                throw JsonParts.Unsupported("pre-tokenizer", other);
        }
    }

    public IEnumerable<Func<List<string>, List<string>>> Decoders(JsonElement json)
    {
        switch (json.TextOrNull("type"))
        {
            case "Sequence":
                return json.Items("decoders").SelectMany(Decoders);
            case "ByteLevel":
                return [Steps.Decoders.ByteLevel];
            case "ByteFallback":
                return [Steps.Decoders.ByteFallback];
            case "Fuse":
                return [tokens => [string.Concat(tokens)]];
            case "Strip":
                var (content, start, stop) = (json.Text("content")[0], json.Number("start", 0), json.Number("stop", 0));
                return [tokens => Steps.Decoders.Strip(tokens, content, start, stop)];
            case "Replace":
                var replace = Replacement(json);
                return [tokens => tokens.ConvertAll(t => replace(t))];
            case "Metaspace":
                var (mark, scheme) = (Mark(json), Scheme(json));
                return [tokens => Steps.Decoders.Metaspace(tokens, mark, scheme)];
            case "WordPiece":
                var (prefix, cleanup) = (json.TextOrNull("prefix") ?? "##", json.Flag("cleanup", true));
                return [tokens => Steps.Decoders.WordPiece(tokens, prefix, cleanup)];
            case "BPEDecoder":
                var suffix = json.TextOrNull("suffix") ?? "</w>";
                return [tokens => Steps.Decoders.Suffix(tokens, suffix)];
            case var other:
                throw JsonParts.Unsupported("decoder", other);
        }
    }

    private IEnumerable<Func<Piece, IEnumerable<Piece>>> ByteLevel(JsonElement json)
    {
        if (json.Flag("add_prefix_space", true))
        {
            yield return piece => [Steps.PreTokenizers.WithPrefixSpace(piece)];
        }

        if (json.Flag("use_regex", true))
        {
            var pattern = TextPattern.Expression(Steps.PreTokenizers.ByteLevelPattern, patternTimeout);
            yield return piece => Steps.PreTokenizers.Split(piece, pattern, SplitBehavior.Isolated, false);
        }

        yield return piece => [piece with { Text = ByteLevelAlphabet.Encode(piece.Text) }];
    }

    private Func<string, string> Replacement(JsonElement json)
    {
        var content = json.TextOrNull("content") ?? "";
        if (content.Length > MostReplacementChars)
        {
            throw new TokenizerException(TokenizerFault.TooLarge, $"tokenizer.json replaces text with {content.Length:N0} characters; at most {MostReplacementChars} are supported.");
        }

        if (json.Part("pattern")?.TextOrNull("String") is { Length: > 0 } literal)
        {
            return text => text.Replace(literal, content, StringComparison.Ordinal);
        }

        var pattern = Pattern(json);
        return text => pattern.Replace(text, content);
    }

    private static string Bounded(string text) => text.Length <= MostNormalizedChars ? text
        : throw new TokenizerException(TokenizerFault.TooLarge, "The normalizer of tokenizer.json makes the text far longer than it is.");

    private TextPattern Pattern(JsonElement json)
    {
        var pattern = json.Part("pattern") ?? throw new TokenizerException(TokenizerFault.Garbled, "tokenizer.json lacks a pattern where it needs one.");
        return pattern.TextOrNull("Regex") is { } regex
            ? TextPattern.Expression(regex, patternTimeout)
            : TextPattern.Literal(pattern.ValueKind == JsonValueKind.String ? pattern.GetString()! : pattern.Text("String"), patternTimeout);
    }

    private static SplitBehavior Behavior(string name)
        => Enum.TryParse<SplitBehavior>(name, true, out var behavior) ? behavior : throw JsonParts.Unsupported("split behaviour", name);

    private static char Mark(JsonElement json) => (json.TextOrNull("replacement") ?? "▁")[0];

    // Older files say add_prefix_space instead.
    private static string Scheme(JsonElement json)
        => json.TextOrNull("prepend_scheme") is { } scheme ? scheme : json.Flag("add_prefix_space", true) ? "always" : "never";
}
