using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Tasks;

/// <summary>How long a summary is, in sentences and tokens. Pure.</summary>
public static class SummaryLength
{
    /// <summary>Sentences when nothing is asked for.</summary>
    public const int UsualSentences = 5;

    /// <summary>Tokens a written sentence takes at most, as a rule.</summary>
    public const int TokensPerSentence = 40;

    // Of running text; the same of which 40 would be a long one.
    private const int TokensPerReadSentence = 25;
    private const int MostSentences = 100;

    /// <summary>Tokens of a summary; a share counts as the usual length, as its text is not known here.</summary>
    public static int Tokens(SummarizeOptions options) => (options.Sentences ?? UsualSentences) * TokensPerSentence;

    /// <summary>Sentences of a summary of a text of this many tokens: 1 to 100 when a share decides.</summary>
    public static int Sentences(SummarizeOptions options, int tokens) => options.Share is { } share
        ? Math.Clamp((int)Math.Round(share * tokens / TokensPerReadSentence), 1, MostSentences)
        : options.Sentences ?? UsualSentences;
}
