using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;

/// <summary>An input or output of a graph.</summary>
/// <param name="Type">Of its elements; the numbers are those of <c>TensorProto.DataType</c>.</param>
/// <param name="Dimensions">-1 where a size is open.</param>
public sealed record GraphValue(string Name, TensorElementType Type, ImmutableArray<int> Dimensions);

/// <summary>What a graph takes and gives, the same from its file as from a session that has it open.</summary>
public sealed record GraphSignature(ImmutableArray<GraphValue> Inputs, ImmutableArray<GraphValue> Outputs)
{
    public static GraphSignature Of(InferenceSession session) => new(Values(session.InputMetadata), Values(session.OutputMetadata));

    private static ImmutableArray<GraphValue> Values(IReadOnlyDictionary<string, NodeMetadata> values) =>
        [.. values.Select(v => new GraphValue(v.Key, v.Value.IsTensor ? v.Value.ElementDataType : default, v.Value.IsTensor ? [.. v.Value.Dimensions] : []))];
}
