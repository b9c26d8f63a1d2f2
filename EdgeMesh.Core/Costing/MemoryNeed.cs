using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Costing;

/// <summary>Memory that an attempt takes, MiB.</summary>
/// <param name="WeightsMb">Of its model: once, however many attempts use it.</param>
/// <param name="WorkMb">Of the attempt itself: what an engine keeps of its text and answer.</param>
public readonly record struct MemoryNeed(double WeightsMb, double WorkMb)
{
    // Tables and buffers beside the weights.
    private const double Overhead = 1.1;
    private const double Mb = 1024 * 1024;

    /// <summary>Of a model that is not in memory yet.</summary>
    public double TotalMb => WeightsMb + WorkMb;

    /// <summary>What a task needs with a model; null when the runtime does not tell its size.</summary>
    /// <param name="inputChars">Characters the task reads.</param>
    public static MemoryNeed? Of(PlannedTask task, ModelInfo model, int inputChars) =>
        CostModel.IsExtractive(task, model) ? new(0, 4 + (inputChars * 40.0 / Mb))
        : model.SizeBytes is { } bytes ? new(bytes * Overhead / Mb, KvBytes(model, inputChars) / Mb) : null;

    // In the sizes that engines make ready.
    private static double KvBytes(ModelInfo model, int inputChars) =>
        (model.KvBytesPerToken ?? 0) * (double)ContextSize.For((long)(inputChars / TokenEstimate.BytesPerToken) + AnswerLength.Unasked, model.ContextTokens);
}
