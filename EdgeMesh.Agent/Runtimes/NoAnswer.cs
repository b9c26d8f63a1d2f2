using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>Why a model that ended by itself gave no answer: each kind with the reason code whose remedy fits it.</summary>
internal static class NoAnswer
{
    /// <param name="cut">It ended at its length limit.</param>
    /// <param name="most">The limit that was asked for, in tokens; null for none.</param>
    public static TaskFailedException OnlyThought(string model, bool cut, int? most) => new(ReasonCode.OnlyThought, cut
        ? $"{model} reached its length limit{(most is { } limit ? $" of {limit:N0} tokens" : "")} while it was still thinking."
        : $"{model} only thought and gave no answer.");

    /// <param name="tool">The tool's name; empty when it is not told.</param>
    public static TaskFailedException AskedForTool(string model, string tool) =>
        new(ReasonCode.AskedForTool, $"{model} asked for {(tool.Length > 0 ? $"the tool \u201c{EngineWords.Clean(tool)}\u201d" : "a tool")} instead of answering.");

    /// <param name="words">The model's own.</param>
    public static TaskFailedException Refused(string model, string words) => new(ReasonCode.ModelRefused, $"{model} refused to answer: \u201c{EngineWords.Clean(words)}\u201d");

    /// <param name="end">Why it ended, in the engine's word; null when that says nothing.</param>
    public static TaskFailedException Empty(string model, string? end = null) => new(ReasonCode.BadOutput, $"{model} gave an empty answer{(end is null ? "" : $" (\u201c{EngineWords.Clean(end)}\u201d)")}.");
}
