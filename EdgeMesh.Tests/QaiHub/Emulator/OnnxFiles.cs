using EdgeMesh.QaiHub.Emulator.Graphs.Format;
using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>Small ONNX files: an image through a convolution, an activation and a selection that only a CPU does.</summary>
internal static class OnnxFiles
{
    public const int Float32 = 1;
    public const int Uint8 = 2;
    public const int Int64 = 7;

    /// <summary>A dimension of -1 has a name in place of a size.</summary>
    public static byte[] Tiny(int type = Float32, params long[] shape)
    {
        var graph = new GraphProto
        {
            Name = "tiny",
            Input = { Value("image", type, shape.Length > 0 ? shape : [1, 3, 8, 8]) },
            Output = { Value("boxes", type, [1, 4]) },
            Initializer = { new TensorProto { Name = "w", DataType = Float32, Dims = { 16, 3, 3, 3 } } },
            Node =
            {
                new NodeProto { Name = "conv1", OpType = "Conv", Input = { "image", "w" }, Output = { "a" } },
                new NodeProto { Name = "relu1", OpType = "Relu", Input = { "a" }, Output = { "b" } },
                new NodeProto { Name = "select", OpType = "NonMaxSuppression", Input = { "b" }, Output = { "boxes" } },
            },
        };
        return new ModelProto { IrVersion = 9, Graph = graph }.ToByteArray();
    }

    private static ValueInfoProto Value(string name, int type, IEnumerable<long> shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = type, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.AddRange(shape.Select(d => d < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "any" } : new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
