namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model said it is done.</summary>
    EndOfText,

    /// <summary>The limit of tokens was reached.</summary>
    MaxTokens,

    /// <summary>A stop string came.</summary>
    StopString,

    /// <summary>The context is full.</summary>
    ContextFull,
}

/// <summary>An answer with what was measured.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Tokens">The answer, without the token that ended it.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="EndToken">The end-of-text token that ended it; null when another reason did.</param>
/// <param name="Waited">Time in line behind other requests.</param>
/// <param name="Prefill">Time from the turn to the first token.</param>
/// <param name="Decode">Time from the first token to the last.</param>
/// <param name="Slides">How often the oldest tokens were forgotten.</param>
public sealed record GenerationResult(
    int PromptTokens,
    ImmutableArray<int> Tokens,
    FinishReason Finish,
    int? EndToken,
    TimeSpan Waited,
    TimeSpan Prefill,
    TimeSpan Decode,
    int Slides)
{
    /// <summary>Prompt tokens per second.</summary>
    public double PrefillSpeed => PromptTokens / Prefill.TotalSeconds;

    /// <summary>Tokens per second after the first; null when there were fewer than two steps.</summary>
    public double? DecodeSpeed => Steps > 0 && Decode > TimeSpan.Zero ? Steps / Decode.TotalSeconds : null;

    // The first token belongs to the prefill; an end token took a step as well.
    private int Steps => Tokens.Length + (EndToken is null ? 0 : 1) - 1;
}
