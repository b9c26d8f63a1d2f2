namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>What a tokenizer may cost. Its files come with a downloaded model, so they are treated as hostile.</summary>
public sealed record TokenizerLimits
{
    public static TokenizerLimits Default { get; } = new();

    /// <summary>Bytes of one file; the largest known are about 35 MB. Default 64 MB.</summary>
    public long MaxFileBytes { get; init; } = 64L << 20;

    /// <summary>Tokens of the vocabulary, added ones included. Default 1,000,000.</summary>
    public int MaxVocabulary { get; init; } = 1_000_000;

    /// <summary>Characters of one text to encode. Default 16,777,216.</summary>
    public int MaxTextChars { get; init; } = 16 << 20;

    /// <summary>Time of one match of a pattern; the longest that a cancelled text goes on. Default 2 s.</summary>
    public TimeSpan PatternTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time of one whole text. Default 30 s.</summary>
    public TimeSpan TextTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
