namespace EdgeMesh.Agent.Runtimes.Reasoning;

/// <summary>A pair of marks around what a model thinks.</summary>
public sealed record ReasoningTag(string Open, string Close);

/// <summary>The marks by which models set their reasoning apart from their answers.</summary>
public static class ReasoningMarks
{
    /// <summary>Pairs of tags: DeepSeek, Qwen and most others; Mistral; Seed; Kimi; Command; Gemma.</summary>
    public static ImmutableArray<ReasoningTag> Tags { get; } =
    [
        new("<think>", "</think>"),
        new("<thinking>", "</thinking>"),
        new("<thought>", "</thought>"),
        new("<reasoning>", "</reasoning>"),
        new("[THINK]", "[/THINK]"),
        new("<seed:think>", "</seed:think>"),
        new("◁think▷", "◁/think▷"),
        new("<|START_THINKING|>", "<|END_THINKING|>"),
        new("<|begin_of_thought|>", "<|end_of_thought|>"),
        new("<|channel>thought", "<channel|>"),
    ];

    /// <summary>The marks of gpt-oss's channels.</summary>
    public static ImmutableArray<string> Channels { get; } = ["<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>", "<|return|>", "<|call|>"];

    /// <summary>How gpt-oss's template ends a prompt: the model names the channel itself.</summary>
    public const string AssistantInChannels = "<|start|>assistant";

    /// <summary>What follows it where the answer begins.</summary>
    public const string FinalChannel = "<|channel|>final<|message|>";

    /// <summary>All of them, as they stand in a vocabulary.</summary>
    public static ImmutableArray<string> All { get; } = [.. Tags.SelectMany(t => new[] { t.Open, t.Close }), .. Channels];

    /// <summary>The tag that a prompt opened for the model at its end, so that the answer begins inside it; null when it opened none.</summary>
    public static ReasoningTag? OpenedBy(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var end = prompt.AsSpan().TrimEnd();
        foreach (var tag in Tags)
        {
            if (end.EndsWith(tag.Open, StringComparison.Ordinal))
            {
                return tag;
            }
        }

        return null;
    }

    /// <summary>Length of the longest end of a text that may be the beginning of one of the marks.</summary>
    internal static int OpenEnd(ReadOnlySpan<char> text, ReadOnlySpan<string> marks)
    {
        var longest = 0;
        foreach (var mark in marks)
        {
            for (var length = Math.Min(text.Length, mark.Length - 1); length > longest; length--)
            {
                if (mark.AsSpan(0, length).SequenceEqual(text[^length..]))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }

    /// <summary>The first of the marks in a text; -1 when there is none.</summary>
    internal static (int At, string Mark) First(ReadOnlySpan<char> text, ReadOnlySpan<string> marks)
    {
        var (first, found) = (-1, "");
        foreach (var mark in marks)
        {
            var at = text.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
            {
                (first, found) = (at, mark);
            }
        }

        return (first, found);
    }
}
