using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>What happens when prompt and answer do not fit into the context.</summary>
public enum ContextOverflow
{
    /// <summary>Refused before anything is computed; without a limit of tokens the answer ends when the context is full.</summary>
    Fail,

    /// <summary>The oldest tokens are forgotten, but for the first ones; what is left is computed anew.</summary>
    Slide,
}

/// <summary>How an answer is made.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most tokens a single answer may be asked for.</summary>
    public const int MostTokens = 1_000_000;

    /// <summary>Tokens of the answer at most, 1–1,000,000; null (default) is as many as fit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>0 (default) always takes the likeliest token; up to 10, the higher the more random.</summary>
    public float Temperature { get; init; }

    /// <summary>Draw from so many of the likeliest tokens; 0 (default) from all.</summary>
    public int TopK { get; init; }

    /// <summary>Draw from the likeliest tokens that together reach this probability, above 0 up to 1 (default: all).</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Above 1 makes tokens that were there already less likely, 0.1–10; 1 (default) does nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>The same seed, prompt, options, model and machine give the same answer. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Texts that end the answer; they are not part of it. At most 16 of at most 200 characters; only where a tokenizer is given.</summary>
    public ImmutableArray<string> StopStrings { get; init; } = [];

    /// <summary>The beginning of the answer, where the prompt ends with it: a stop string that begins in it ends the answer as well. Default: none.</summary>
    public string Before { get; init; } = "";

    /// <summary>Go on after an end-of-text token: for measuring. Default false.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>Default: fail.</summary>
    public ContextOverflow Overflow { get; init; }

    /// <summary>Tokens at the start that sliding never forgets, such as the begin-of-text token and a system prompt. Default 4.</summary>
    public int KeepFirst { get; init; } = 4;

    /// <summary>Prompt tokens computed in one run, 1–65,536; longer prompts go in pieces. Default 512.</summary>
    public int PrefillChunk { get; init; } = 512;

    /// <exception cref="TaskFailedException">BadInput: a value is out of its range, in words.</exception>
    public void Validate()
    {
        Check(MaxTokens is null or (>= 1 and <= MostTokens), $"max tokens must be between 1 and {MostTokens:N0}, not {MaxTokens:N0}");
        Check(Temperature is >= 0 and <= 10, $"temperature must be between 0 and 10, not {Temperature}");
        Check(TopK >= 0, $"top-k must be 0 or more, not {TopK}");
        Check(TopP is > 0 and <= 1, $"top-p must be above 0 and at most 1, not {TopP}");
        Check(RepetitionPenalty is >= 0.1f and <= 10, $"repetition penalty must be between 0.1 and 10, not {RepetitionPenalty}");
        Check(!StopStrings.IsDefault && StopStrings.Length <= 16, "there may be at most 16 stop strings");
        Check(StopStrings.All(s => s is { Length: >= 1 and <= 200 }), "a stop string must have between 1 and 200 characters");
        Check(PrefillChunk is >= 1 and <= 65_536, $"the prefill chunk must be between 1 and 65,536 tokens, not {PrefillChunk:N0}");
        Check(KeepFirst >= 0, $"the tokens to keep must be 0 or more, not {KeepFirst}");
        Check(Enum.IsDefined(Overflow), "the way to handle a full context is not known");
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new TaskFailedException(ReasonCode.BadInput, char.ToUpperInvariant(otherwise[0]) + otherwise[1..] + ".");
        }
    }
}
