using System.Text;

namespace EdgeMesh.QaiHub.Onnx;

/// <summary>
/// Finds tensors whose bytes are in files beside the model. They may be weights of the graph, but also constants of its operations, of the graphs inside operations
/// (branches and loops) and of functions.
/// </summary>
/// <param name="keep">Reads the bytes of a field, within the limits of the whole file.</param>
internal sealed class ExternalData(Func<MessageWalker, byte[]> keep)
{
    private const int GraphNode = 1;
    private const int GraphInitializer = 5;
    private const int GraphSparseInitializer = 15;
    private const int NodeAttribute = 5;
    private const int FunctionNode = 7;
    private const int FunctionAttribute = 11;
    private const int TensorName = 8;
    private const int TensorExternalData = 13;
    private const int EntryKey = 1;
    private const int EntryValue = 2;
    private const int MaxDepth = 32;
    private const int MaxFiles = 4_096;

    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Whether there are any.</summary>
    public bool Found { get; private set; }

    /// <summary>The files that they name.</summary>
    public ImmutableArray<string> Files => [.. _files];

    /// <summary>Looks at one field of a graph.</summary>
    public void LookAtGraphField(MessageWalker graph, int depth)
    {
        if (!graph.HasBytes)
        {
            return;
        }

        switch (graph.Field)
        {
            case GraphNode:
                LookAtNode(graph.Enter(), depth);
                break;
            case GraphInitializer:
                ReadTensor(graph.Enter());
                break;
            case GraphSparseInitializer:
                LookAtSparse(graph.Enter());
                break;
            default:
                break;
        }
    }

    /// <summary>Looks at a function of the model.</summary>
    public void LookAtFunction(MessageWalker function)
    {
        while (function.Next())
        {
            if (function is { Field: FunctionNode, HasBytes: true })
            {
                LookAtNode(function.Enter(), 1);
            }
            else if (function is { Field: FunctionAttribute, HasBytes: true })
            {
                LookAtAttribute(function.Enter(), 1);
            }
        }
    }

    /// <summary>A tensor's name, after a look at where its bytes are; empty when it has none.</summary>
    public string ReadTensor(MessageWalker tensor)
    {
        var name = "";
        while (tensor.Next())
        {
            if (tensor is { Field: TensorExternalData, HasBytes: true })
            {
                Found = true;
                ReadEntry(tensor.Enter());
            }
            else if (tensor is { Field: TensorName, HasBytes: true })
            {
                name = Encoding.UTF8.GetString(keep(tensor));
            }
        }

        return name;
    }

    private void LookAtNode(MessageWalker node, int depth)
    {
        while (node.Next())
        {
            if (node is { Field: NodeAttribute, HasBytes: true })
            {
                LookAtAttribute(node.Enter(), depth);
            }
        }
    }

    private void LookAtAttribute(MessageWalker attribute, int depth)
    {
        while (attribute.Next())
        {
            if (!attribute.HasBytes)
            {
                continue;
            }

            // A tensor, a graph, a sparse tensor, and lists of them.
            switch (attribute.Field)
            {
                case 5 or 10:
                    ReadTensor(attribute.Enter());
                    break;
                case 6 or 11:
                    LookAtGraph(attribute.Enter(), depth + 1);
                    break;
                case 22 or 23:
                    LookAtSparse(attribute.Enter());
                    break;
                default:
                    break;
            }
        }
    }

    private void LookAtGraph(MessageWalker graph, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException("Its graphs are nested too deeply.");
        }

        while (graph.Next())
        {
            LookAtGraphField(graph, depth);
        }
    }

    // Its values and its indices are tensors.
    private void LookAtSparse(MessageWalker sparse)
    {
        while (sparse.Next())
        {
            if (sparse is { Field: 1 or 2, HasBytes: true })
            {
                ReadTensor(sparse.Enter());
            }
        }
    }

    private void ReadEntry(MessageWalker entry)
    {
        var (key, value) = ("", "");
        while (entry.Next())
        {
            if (entry is { Field: EntryKey, HasBytes: true })
            {
                key = Encoding.UTF8.GetString(keep(entry));
            }
            else if (entry is { Field: EntryValue, HasBytes: true })
            {
                value = Encoding.UTF8.GetString(keep(entry));
            }
        }

        if (key == "location" && value.Length > 0 && _files.Count < MaxFiles)
        {
            _files.Add(value);
        }
    }
}
