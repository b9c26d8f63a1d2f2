using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Tasks;

namespace EdgeMesh.Core.Costing;

/// <summary>
/// A model that is in memory with too little context for a task is loaded again with more (Ollama): part of what the task costs there. Its weights were read a moment ago,
/// so they come from the system's cache, at an assumed 2 GB/s. Pure.
/// </summary>
internal static class ContextReload
{
    private const double BytesPerMs = 2_000_000;

    // Texts differ in how many characters make a token; the runtime keeps as much room.
    private const double Room = 1.25;

    /// <summary>Milliseconds, and the tokens of context it is loaded with; null when it is not loaded again, or nobody knows.</summary>
    /// <param name="inputTokens">Estimated, that the task reads.</param>
    public static (double Ms, int Tokens)? Of(PlannedTask task, ModelInfo model, double inputTokens)
    {
        if (task.Kind != TaskKind.LlmGenerate || model is not { ResidentContext: > 0 and var now, SizeBytes: > 0 and var bytes })
        {
            return null;
        }

        var size = ContextSize.For((long)(inputTokens * Room) + Answer(task.Options), model.ContextTokens);
        return size > now ? (bytes / BytesPerMs, size) : null;
    }

    private static int Answer(JobOptions options) => options switch
    {
        ChatOptions { MaxTokens: { } cap } => cap,
        CodeOptions { MaxTokens: { } cap } => cap,
        _ => AnswerLength.Unasked,
    };
}
