using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>
/// A model's tokenizer, as its <c>tokenizer.json</c> defines it (BPE, WordPiece, WordLevel, Unigram with their normalizers and
/// splitters), or its SentencePiece <c>tokenizer.model</c>. Immutable; may be used from many threads.
/// </summary>
public sealed class TextTokenizer
{
    private readonly ITokenizerEngine _engine;
    private readonly TokenizerLimits _limits;

    internal TextTokenizer(ITokenizerEngine engine, TokenizerSettings settings, TokenizerLimits limits)
    {
        (_engine, _limits) = (engine, limits);
        ChatTemplateSource = settings.ChatTemplate;
        (BosToken, EosToken, PadToken) = (settings.Bos, settings.Eos, settings.Pad);
        (BosId, EosId, PadId) = (IdOrNull(BosToken), IdOrNull(EosToken), IdOrNull(PadToken));
        FixedLength = settings.FixedLength;
    }

    /// <summary>Ids run from 0 to one less than this.</summary>
    public int VocabularySize => _engine.VocabularySize;

    /// <summary>The model's chat template, from its own file or <c>tokenizer_config.json</c>; null when it has none.</summary>
    public string? ChatTemplateSource { get; }

    public string? BosToken { get; }

    public string? EosToken { get; }

    public string? PadToken { get; }

    public int? BosId { get; }

    public int? EosId { get; }

    public int? PadId { get; }

    /// <summary>The length the files pad or cut texts to (text encoders of image models); null when they do not.</summary>
    public int? FixedLength { get; }

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <exception cref="TokenizerException">Files are missing, garbled, too large, or ask for what this program does not do.</exception>
    public static TextTokenizer Load(string modelFolder) => Load(modelFolder, TokenizerLimits.Default);

    /// <inheritdoc cref="Load(string)"/>
    public static TextTokenizer Load(string modelFolder, TokenizerLimits limits) => TokenizerLoader.Load(modelFolder, limits);

    /// <summary>Token ids of a text; special tokens written in the text are found whether or not <paramref name="addSpecialTokens"/> adds the model's own around it.</summary>
    /// <exception cref="TokenizerException">The text is too long, or its patterns take too long on it.</exception>
    public IReadOnlyList<int> Encode(string text, bool addSpecialTokens) => EncodeWhileWanted(text, addSpecialTokens, CancellationToken.None);

    /// <summary>The same, until nobody waits for it any more.</summary>
    /// <exception cref="TokenizerException">The text is too long, or its patterns take too long on it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<int> EncodeWhileWanted(string text, bool addSpecialTokens, CancellationToken cancellationToken)
    {
        if (text.Length > _limits.MaxTextChars)
        {
            throw new TokenizerException(TokenizerFault.TooLarge, $"The text has {text.Length:N0} characters; at most {_limits.MaxTextChars:N0} can be encoded at once.");
        }

        using var clock = PatternClock.Begin(_limits.TextTimeout, cancellationToken);
        return _engine.Encode(WellFormed(text), addSpecialTokens);
    }

    /// <summary>Encodes with special tokens to exactly <paramref name="length"/> ids: cut before the closing ones, filled with padding.</summary>
    public IReadOnlyList<int> EncodeFixed(string text, int length)
    {
        var ids = Encode(text, true).ToList();
        if (ids.Count > length)
        {
            ids.RemoveRange(Math.Max(0, length - _engine.ClosingCount), ids.Count - length);
        }

        ids.AddRange(Enumerable.Repeat(PadId ?? EosId ?? 0, length - ids.Count));
        return ids;
    }

    /// <summary>The text of token ids; ids outside the vocabulary are left out.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecial) => _engine.Decode(ids, skipSpecial);

    /// <summary>A decoder for tokens as they come, one conversation turn each.</summary>
    public StreamDecoder CreateStreamDecoder(bool skipSpecial) => new(ids => _engine.Decode(ids, skipSpecial));

    /// <summary>The id of a token by its exact text in the vocabulary; null when there is none.</summary>
    public int? IdOf(string token) => _engine.IdOf(token);

    private int? IdOrNull(string? token) => token is null ? null : IdOf(token);

    // Half a surrogate pair is no text; it becomes the replacement character, as UTF-8 would have it.
    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
            }
        }

        return text;
    }
}
