using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;

/// <summary>Reads an <see cref="OnnxFile"/> (field numbers: onnx.proto3 of onnx/onnx). Finds a cut-off or garbled file before native code sees it.</summary>
public static class OnnxFileReader
{
    private const int DeepestNesting = 16;

    // TensorProto.DataType: integers that hold shapes and indices rather than weights.
    private static readonly long[] NotWeights = [6, 7, 8, 9];

    /// <exception cref="TaskFailedException">ModelMissing: not there, cut off or garbled.</exception>
    public static OnnxFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new TaskFailedException(ReasonCode.ModelMissing, $"{Path.GetFileName(path)} is not there.");
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 16 * 1024);
            return new Walk(new ProtoReader(stream)).Model(path, stream.Length);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw SessionErrors.Damaged(Path.GetFileName(path));
        }
    }

    private sealed class Walk(ProtoReader proto)
    {
        private readonly List<ExternalPart> _external = [];
        private readonly Dictionary<string, HashSet<string>> _readers = new(StringComparer.Ordinal);
        private readonly HashSet<string> _weights = new(StringComparer.Ordinal);
        private readonly List<GraphValue> _inputs = [];
        private readonly List<GraphValue> _outputs = [];
        private long _parameters;
        private int _nodes;

        public OnnxFile Model(string path, long length)
        {
            var graphs = 0;
            while (proto.NextField(length) is > 0 and var field)
            {
                switch (field)
                {
                    case 7:
                        graphs++;
                        Graph(proto.Enter(), 0);
                        break;
                    case 20: Inside(proto.Enter(), (1, 2), end => Graph(end, 1)); break; // training: two graphs
                    case 25: Inside(proto.Enter(), (7, 7), Body); break; // a function: nodes
                    default: proto.Skip(); break;
                }
            }

            if (graphs != 1)
            {
                throw new InvalidDataException("There is no graph.");
            }

            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var others = _external.Where(e => !e.Location.Contains('\0', StringComparison.Ordinal)).Select(e => Path.GetFullPath(Path.Combine(folder, e.Location))).Distinct(StringComparer.Ordinal).Where(File.Exists);
            return new(
                path,
                length + others.Sum(f => new FileInfo(f).Length),
                _parameters,
                [.. _external],
                _readers.ToImmutableDictionary(r => r.Key, r => r.Value.ToImmutableHashSet(StringComparer.Ordinal), StringComparer.Ordinal),
                _nodes)
            {
                Signature = new([.. _inputs.Where(i => !_weights.Contains(i.Name))], [.. _outputs]),
            };
        }

        private void Inside(long end, (int One, int Other) fields, Action<long> read)
        {
            while (proto.NextField(end) is > 0 and var field)
            {
                if (field == fields.One || field == fields.Other)
                {
                    read(proto.Enter());
                }
                else
                {
                    proto.Skip();
                }
            }
        }

        // Names in a function are its own, and its nodes count where it is called: what matters is the files that they name.
        private void Body(long end)
        {
            var (nodes, parameters) = (_nodes, _parameters);
            Node(end, 1, isCounted: false);
            (_nodes, _parameters) = (nodes, parameters);
        }

        private void Graph(long end, int depth)
        {
            if (depth > DeepestNesting)
            {
                throw new InvalidDataException("Graphs are nested too deep.");
            }

            while (proto.NextField(end) is > 0 and var field)
            {
                switch (field)
                {
                    case 1: Node(proto.Enter(), depth); break;
                    case 5: _weights.Add(Tensor(proto.Enter())); break;
                    case 15: Sparse(proto.Enter()); break;
                    case 11 when depth == 0: _inputs.Add(Value(proto.Enter())); break;
                    case 12 when depth == 0: _outputs.Add(Value(proto.Enter())); break;
                    default: proto.Skip(); break;
                }
            }
        }

        private GraphValue Value(long end)
        {
            var value = new GraphValue("", default, []);
            while (proto.NextField(end) is > 0 and var field)
            {
                switch (field)
                {
                    case 1: value = value with { Name = proto.Text() }; break;
                    case 2: value = Type(proto.Enter(), value); break;
                    default: proto.Skip(); break;
                }
            }

            return value;
        }

        // TypeProto holds one of several kinds; only tensors (1) have an element type (1) and a shape (2) of dimensions (1).
        private GraphValue Type(long end, GraphValue value)
        {
            while (proto.NextField(end) is > 0 and var kind)
            {
                if (kind != 1)
                {
                    proto.Skip();
                    continue;
                }

                for (var inside = proto.Enter(); proto.NextField(inside) is > 0 and var field;)
                {
                    switch (field)
                    {
                        case 1: value = value with { Type = (TensorElementType)proto.Number() }; break;
                        case 2: value = value with { Dimensions = Shape(proto.Enter()) }; break;
                        default: proto.Skip(); break;
                    }
                }
            }

            return value;
        }

        private ImmutableArray<int> Shape(long end)
        {
            var dimensions = ImmutableArray.CreateBuilder<int>();
            while (proto.NextField(end) is > 0 and var field)
            {
                if (field != 1)
                {
                    proto.Skip();
                    continue;
                }

                var size = -1L;
                for (var inside = proto.Enter(); proto.NextField(inside) is > 0 and var part;)
                {
                    if (part == 1)
                    {
                        size = proto.Number();
                    }
                    else
                    {
                        proto.Skip();
                    }
                }

                dimensions.Add(size is >= 0 and <= int.MaxValue ? (int)size : -1);
            }

            return dimensions.ToImmutable();
        }

        private void Node(long end, int depth, bool isCounted = true)
        {
            var (kind, inputs) = ("", new List<string>());
            var attributes = new List<(string Name, string Text, long Number)>();
            while (proto.NextField(end) is > 0 and var field)
            {
                switch (field)
                {
                    case 1: inputs.Add(proto.Text()); break;
                    case 4: kind = proto.Text(); break;
                    case 5: attributes.Add(Attribute(proto.Enter(), depth)); break;
                    default: proto.Skip(); break;
                }
            }

            _nodes++;
            foreach (var input in isCounted ? inputs : [])
            {
                (_readers.TryGetValue(input, out var kinds) ? kinds : _readers[input] = new(StringComparer.Ordinal)).Add(kind);
            }

            // A context binary that lies beside the model (embed_mode 0) is a file the provider opens itself: jailed like weights.
            if (kind == "EPContext" && attributes.Exists(a => a is { Name: "embed_mode", Number: 0 }))
            {
                _external.AddRange(attributes.Where(a => a.Name == "ep_cache_context" && a.Text.Length > 0).Select(a => new ExternalPart(a.Text, 0, 0)));
            }
        }

        private (string Name, string Text, long Number) Attribute(long end, int depth)
        {
            var (name, text, number) = ("", "", 0L);
            while (proto.NextField(end) is > 0 and var field)
            {
                switch (field)
                {
                    case 1: name = proto.Text(); break;
                    case 3: number = proto.Number(); break;
                    case 4 when name == "ep_cache_context" && proto.Enter() - proto.Position <= 4096: text = proto.Text(); break;
                    case 5 or 10: Tensor(proto.Enter()); break;
                    case 22 or 23: Sparse(proto.Enter()); break;
                    case 6 or 11: Graph(proto.Enter(), depth + 1); break;
                    default: proto.Skip(); break;
                }
            }

            return (name, text, number);
        }

        // Values (1) and where they are (2), both tensors.
        private void Sparse(long end) => Inside(end, (1, 2), inside => _weights.Add(Tensor(inside)));

        private string Tensor(long end)
        {
            var (elements, type, name) = (1L, 0L, "");
            var entries = new Dictionary<string, string>(StringComparer.Ordinal);
            while (proto.NextField(end) is > 0 and var field)
            {
                switch (field)
                {
                    case 1:
                        foreach (var dimension in proto.Numbers())
                        {
                            elements = Math.Clamp(dimension, 0, int.MaxValue) * Math.Min(elements, int.MaxValue);
                        }

                        break;
                    case 2: type = proto.Number(); break;
                    case 8: name = proto.Text(); break;
                    case 13: Entry(proto.Enter(), entries); break;
                    default: proto.Skip(); break;
                }
            }

            if (!NotWeights.Contains(type))
            {
                _parameters += elements;
            }

            if (entries.TryGetValue("location", out var location))
            {
                _external.Add(new(location, Number(entries, "offset"), Number(entries, "length")));
            }

            return name;
        }

        private void Entry(long end, Dictionary<string, string> entries)
        {
            var (key, value) = ("", "");
            while (proto.NextField(end) is > 0 and var field)
            {
                switch (field)
                {
                    case 1: key = proto.Text(); break;
                    case 2: value = proto.Text(); break;
                    default: proto.Skip(); break;
                }
            }

            entries[key] = value;
        }

        private static long Number(Dictionary<string, string> entries, string key) =>
            !entries.TryGetValue(key, out var text) ? 0 : long.TryParse(text, out var number) && number >= 0 ? number : throw new InvalidDataException("An offset is no number.");
    }
}
