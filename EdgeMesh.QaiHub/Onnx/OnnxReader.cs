using System.Text;
using EdgeMesh.QaiHub.Onnx.Format;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.QaiHub.Onnx;

/// <summary>Reads what goes into and comes out of an ONNX model without its weights. Safe with files from anywhere: sizes and counts are bounded.</summary>
public static class OnnxReader
{
    private const int ModelGraph = 7;
    private const int ModelIrVersion = 1;
    private const int ModelFunction = 25;
    private const int GraphInitializer = 5;
    private const int GraphInput = 11;
    private const int GraphOutput = 12;
    private const int MostValues = 4_096;
    private const int MostKeptBytes = 16 * 1024 * 1024;
    private const int MostDimensions = 64;

    /// <summary>The elem_type numbers of ONNX that the service knows too.</summary>
    private static readonly ImmutableDictionary<int, TensorDtype> Dtypes = new Dictionary<int, TensorDtype>
    {
        [1] = TensorDtype.Float32,
        [2] = TensorDtype.Uint8,
        [3] = TensorDtype.Int8,
        [4] = TensorDtype.Uint16,
        [5] = TensorDtype.Int16,
        [6] = TensorDtype.Int32,
        [7] = TensorDtype.Int64,
        [9] = TensorDtype.Bool,
        [10] = TensorDtype.Float16,
    }.ToImmutableDictionary();

    /// <summary>Reads a file.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadModel"/> or <see cref="HubFailure.LocalFile"/>.</exception>
    public static OnnxModel Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
            return Read(stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException and not EndOfStreamException)
        {
            throw UploadFile.Local(path, "cannot be read", e);
        }
    }

    /// <summary>Reads a stream that can seek, from its beginning.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadModel"/>.</exception>
    public static OnnxModel Read(Stream stream)
    {
        try
        {
            stream.Position = 0;
            return ReadModel(new MessageWalker(stream, stream.Length));
        }
        catch (Exception e) when (e is InvalidDataException or InvalidProtocolBufferException or EndOfStreamException or FormatException or DecoderFallbackException)
        {
            throw new QaiHubException(HubFailure.BadModel, "The file is not an ONNX model, or it is damaged.", "Export it again; a folder with weights beside the model is uploaded as a zip.", e);
        }
    }

    private static OnnxModel ReadModel(MessageWalker model)
    {
        var graph = new Graph();
        var (found, ir) = (false, false);
        while (model.Next())
        {
            ir |= model is { Field: ModelIrVersion, HasBytes: false };
            if (model is { Field: ModelGraph, HasBytes: true })
            {
                found = true;
                ReadGraph(model.Enter(), graph);
            }
            else if (model is { Field: ModelFunction, HasBytes: true })
            {
                graph.External.LookAtFunction(model.Enter());
            }
        }

        return found && ir
            ? new OnnxModel([.. graph.Inputs.Where(i => !graph.Weights.Contains(i.Name))], [.. graph.Outputs], graph.External.Found, graph.External.Files)
            : throw new InvalidDataException("There is no graph in it.");
    }

    private static void ReadGraph(MessageWalker graph, Graph into)
    {
        while (graph.Next())
        {
            switch (graph.Field)
            {
                case GraphInput when graph.HasBytes:
                    Add(into.Inputs, graph, into);
                    break;
                case GraphOutput when graph.HasBytes:
                    Add(into.Outputs, graph, into);
                    break;
                case GraphInitializer when graph.HasBytes:
                    into.Weights.Add(into.External.ReadTensor(graph.Enter()));
                    break;
                default:
                    into.External.LookAtGraphField(graph, 0);
                    break;
            }
        }
    }

    private static void Add(List<TensorSpec> to, MessageWalker graph, Graph into)
    {
        if (to.Count == MostValues)
        {
            throw new InvalidDataException("It has too many inputs or outputs.");
        }

        var value = ValueInfo.Parser.ParseFrom(into.Keep(graph));
        var tensor = value.Type?.TensorType;
        var dims = tensor?.Shape?.Dim;
        if (dims?.Count > MostDimensions)
        {
            throw new InvalidDataException("A shape has too many sizes.");
        }

        // A shape without sizes is a scalar's; no shape at all says nothing.
        to.Add(new TensorSpec(value.Name, [.. dims?.Select(Dimension) ?? []], Dtypes.GetValueOrDefault(tensor?.ElemType ?? 0)) { HasShape = dims is not null });
    }

    private static TensorDim Dimension(TensorShape.Types.Dimension dim) =>
        dim.DimValue > 0 ? new TensorDim(dim.DimValue) : new TensorDim(null, dim.DimParam.Length > 0 ? dim.DimParam : null);

    private sealed class Graph
    {
        public Graph() => External = new ExternalData(Keep);

        public List<TensorSpec> Inputs { get; } = [];

        public List<TensorSpec> Outputs { get; } = [];

        public HashSet<string> Weights { get; } = new(StringComparer.Ordinal);

        public ExternalData External { get; }

        private int Kept { get; set; }

        /// <summary>The bytes of the present field, as long as all that is kept stays small.</summary>
        public byte[] Keep(MessageWalker walker)
        {
            var bytes = walker.Read();
            Kept += bytes.Length;
            return Kept <= MostKeptBytes ? bytes : throw new InvalidDataException("It has too many names.");
        }
    }
}
