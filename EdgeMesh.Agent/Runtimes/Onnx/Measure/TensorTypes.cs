using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>The element types that inputs can have: their names and the bytes of one.</summary>
internal static class TensorTypes
{
    private static readonly Dictionary<TensorElementType, (string Name, int Bytes)> Known = new()
    {
        [TensorElementType.Float] = ("float32", 4), [TensorElementType.Double] = ("float64", 8), [TensorElementType.Float16] = ("float16", 2), [TensorElementType.BFloat16] = ("bfloat16", 2),
        [TensorElementType.Int8] = ("int8", 1), [TensorElementType.Int16] = ("int16", 2), [TensorElementType.Int32] = ("int32", 4), [TensorElementType.Int64] = ("int64", 8),
        [TensorElementType.UInt8] = ("uint8", 1), [TensorElementType.UInt16] = ("uint16", 2), [TensorElementType.UInt32] = ("uint32", 4), [TensorElementType.UInt64] = ("uint64", 8),
        [TensorElementType.Bool] = ("bool", 1),
    };

    /// <summary>For people and for comparing, such as <c>float32</c>.</summary>
    public static string Name(TensorElementType type) => Known.TryGetValue(type, out var known) ? known.Name : type.ToString().ToLowerInvariant();

    /// <summary>Bytes of one element; null when inputs of this type cannot be made or given.</summary>
    public static int? Bytes(TensorElementType type) => Known.TryGetValue(type, out var known) ? known.Bytes : null;
}
