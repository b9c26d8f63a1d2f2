namespace EdgeMesh.Agent.Runtimes.Onnx.Templates;

/// <summary>What a template may cost. A template comes with a downloaded model, so it is treated as hostile.</summary>
public sealed record ChatTemplateLimits
{
    public static ChatTemplateLimits Default { get; } = new();

    /// <summary>Characters of template source; real ones have up to about 20,000. Default 262,144.</summary>
    public int MaxSourceChars { get; init; } = 262_144;

    /// <summary>How deep blocks, brackets and operators may nest in the source. Default 100.</summary>
    public int MaxNesting { get; init; } = 100;

    /// <summary>Work of one rendering: every node visited is a step, and text costs a step per 16 characters made. Default 3,000,000.</summary>
    public long MaxSteps { get; init; } = 3_000_000;

    /// <summary>Time of one rendering. Default 5 s.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How deep macros may call each other. Default 50.</summary>
    public int MaxCallDepth { get; init; } = 50;

    /// <summary>Characters of the rendered text and of every string on the way. Default 4,194,304.</summary>
    public int MaxOutputChars { get; init; } = 4_194_304;

    /// <summary>Elements of one <c>range()</c> or repeated list. Default 100,000.</summary>
    public int MaxRange { get; init; } = 100_000;
}
