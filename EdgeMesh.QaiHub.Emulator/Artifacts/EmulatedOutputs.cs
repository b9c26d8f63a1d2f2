using System.Collections.Immutable;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Artifacts;

/// <summary>What stands for the outputs of an inference job: one entry of zeros for each output, in its type and shape, so that clients find the form that they expect. Nothing is computed. Pure.</summary>
internal static class EmulatedOutputs
{
    private const long MaxNumbers = 1 << 20;
    private const int MaxRank = 32;

    public static DatasetContent Of(IEnumerable<GraphTensor> outputs) => new([.. outputs.Select(o => new DatasetTensor(o.Name, [Zeros(o)]))]);

    /// <summary>A size that is not fixed is 1; an output that is huge, or of a type that a data set cannot have, becomes a single float.</summary>
    private static DatasetArray Zeros(GraphTensor output)
    {
        ImmutableArray<long> shape = [.. output.Shape.Select(d => d is > 0 ? d.Value : 1)];
        var numbers = shape.Aggregate(1L, (product, size) => size > MaxNumbers || product > MaxNumbers ? long.MaxValue : product * size);
        return numbers <= MaxNumbers && shape.Length <= MaxRank && DatasetArray.Sizes.TryGetValue(output.Dtype, out var bytes)
            ? new DatasetArray(output.Dtype, shape, new byte[numbers * bytes])
            : new DatasetArray(TensorDtype.Float32, [1], new byte[sizeof(float)]);
    }
}
