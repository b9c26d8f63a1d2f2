using System.IO.Compression;
using EdgeMesh.QaiHub.Emulator.Graphs.Format;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.QaiHub.Emulator.Graphs;

/// <summary>One operation; <paramref name="Weights"/> is how many weights it reads.</summary>
internal sealed record GraphNode(string Name, string OpType, long Weights);

/// <summary>An input or output; a dimension without a fixed size is null.</summary>
internal sealed record GraphTensor(string Name, int ElementType, IReadOnlyList<long?> Shape)
{
    public bool IsDynamic => Shape.Any(d => d is null or <= 0);

    /// <summary>float32, float16 or float64.</summary>
    public bool IsFloat => ElementType is 1 or 10 or 11;

    public bool IsInt64 => ElementType == 7;

    public TensorDtype Dtype => ElementType switch
    {
        1 => TensorDtype.Float32,
        2 => TensorDtype.Uint8,
        3 => TensorDtype.Int8,
        4 => TensorDtype.Uint16,
        5 => TensorDtype.Int16,
        6 => TensorDtype.Int32,
        7 => TensorDtype.Int64,
        9 => TensorDtype.Bool,
        10 => TensorDtype.Float16,
        _ => TensorDtype.Unspecified,
    };
}

/// <summary>The operations, inputs and outputs of an ONNX model, read from the file itself; weights are passed over.</summary>
internal sealed record OnnxGraph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphTensor> Inputs, IReadOnlyList<GraphTensor> Outputs)
{
    private static readonly MessageParser<ModelProto> Parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    public bool IsQuantized => Nodes.Any(n => n.OpType is "QuantizeLinear" or "DequantizeLinear" || n.OpType.StartsWith("QLinear", StringComparison.Ordinal));

    /// <summary>Every input with the type and shape that it is compiled for: the given one, else the model's own.</summary>
    public NamedTensorTypeList Specified(NamedTensorTypeList? given) => new()
    {
        Types_ =
        {
            Inputs.Select(i => given?.Types_.FirstOrDefault(t => t.Name == i.Name)?.Clone()
                ?? new NamedTensorType { Name = i.Name, TensorType = new TensorType { Dtype = i.Dtype, Shape = { i.Shape.Select(d => (ulong)Math.Max(0, d ?? 0)) } } }),
        },
    };

    /// <summary>Reads a .onnx file, or the one in a zip.</summary>
    public static OnnxGraph Read(AssetFolder assets, Asset asset)
    {
        try
        {
            using var file = assets.Open(asset.Key);
            if (!IsZip(file))
            {
                return From(Parser.ParseFrom(file));
            }

            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            var models = zip.Entries.Where(e => e.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).ToList();
            if (models is not [var model])
            {
                throw new JobFailure(JobFailureType.ModelInvalid, $"The uploaded archive has {models.Count} .onnx files; it must have one.");
            }

            using var content = model.Open();
            return From(Parser.ParseFrom(content));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new JobFailure(JobFailureType.ModelCorrupt, "The uploaded file is not a valid ONNX model.");
        }
    }

    public static bool IsZip(FileStream file)
    {
        Span<byte> head = stackalloc byte[4];
        int read = file.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 4 && head.SequenceEqual("PK\u0003\u0004"u8);
    }

    private static OnnxGraph From(ModelProto model)
    {
        var graph = model.Graph;
        if (graph is null || graph.Node.Count == 0)
        {
            throw new JobFailure(JobFailureType.ModelInvalid, "The uploaded ONNX model has no graph.");
        }

        var graphs = Inside(graph).ToList();
        var weights = graphs.SelectMany(g => g.Initializer).GroupBy(t => t.Name).ToDictionary(g => g.Key, g => Elements(g.First().Dims));
        return new OnnxGraph(
            [.. graphs.SelectMany(g => g.Node).Where(n => n.OpType != "Constant").Select((n, i) => new GraphNode(n.Name.Length > 0 ? n.Name : $"{n.OpType}_{i}", n.OpType, n.Input.Sum(name => weights.GetValueOrDefault(name))))],
            [.. graph.Input.Where(v => !weights.ContainsKey(v.Name)).Select(Tensor)],
            [.. graph.Output.Select(Tensor)]);
    }

    /// <summary>The graph and those inside its operations, which hold most of a model that is one large If.</summary>
    private static IEnumerable<GraphProto> Inside(GraphProto graph) =>
        graph.Node.SelectMany(n => n.Attribute).SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G)).SelectMany(Inside).Prepend(graph);

    private static GraphTensor Tensor(ValueInfoProto value) =>
        new(value.Name, value.Type?.TensorType?.ElemType ?? 0, [.. (value.Type?.TensorType?.Shape?.Dim ?? []).Select(d => d.HasDimValue ? d.DimValue : (long?)null)]);

    /// <summary>A hostile file may claim any dimensions: capped, never overflowing.</summary>
    private static long Elements(IEnumerable<long> dims) => (long)Math.Clamp(dims.Aggregate(1.0, (product, d) => product * Math.Max(0, d)), 0, 1e12);
}
