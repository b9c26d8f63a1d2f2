using System.Text;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;

/// <summary>Small ONNX files made by hand (field numbers: onnx.proto3 of onnx/onnx), for what no exporter writes.</summary>
internal static class TinyModel
{
    private const int Float = 1;
    private const int Long = 7;
    private const int Bool = 9;

    /// <summary><c>sum = a + b</c>, both <c>[rows, 4]</c> of float32; rows is left open, or 2.</summary>
    public static byte[] Add(bool dynamic = true) => Model(
        [Node("Add", ["a", "b"], ["sum"])],
        [Value("a", Float, [dynamic ? "rows" : 2, 4]), Value("b", Float, [dynamic ? "rows" : 2, 4])],
        [Value("sum", Float, [dynamic ? "rows" : 2, 4])]);

    /// <summary>A model that is longer, and unlike it, by an entry of its metadata (ModelProto, field 14: key 1, value 2).</summary>
    public static byte[] WithNote(byte[] model, string note) => [.. model, .. Bytes(14, [.. Text(1, "note"), .. Text(2, note)])];

    /// <summary>Adds one for ever: a run that does not end.</summary>
    public static byte[] Endless()
    {
        var body = Graph(
            [Node("Identity", ["go"], ["on"]), Node("Add", ["v", "v"], ["w"])],
            [Value("i", Long, []), Value("go", Bool, []), Value("v", Float, [1])],
            [Value("on", Bool, []), Value("w", Float, [1])]);
        return Model(
            [Node("Loop", ["", "", "x"], ["y"], (byte[])[.. Text(1, "body"), .. Bytes(6, body), .. Number(20, 5)])],
            [Value("x", Float, [1])],
            [Value("y", Float, [1])]);
    }

    /// <summary>A QNN context binary beside the model, or inside it when there is no file.</summary>
    public static byte[] Context(string? binary)
    {
        byte[][] attributes =
        [
            [.. Text(1, "embed_mode"), .. Number(3, binary is null ? 1 : 0), .. Number(20, 2)],
            [.. Text(1, "ep_cache_context"), .. Text(4, binary ?? "binary"), .. Number(20, 3)],
            [.. Text(1, "source"), .. Text(4, "QNN"), .. Number(20, 3)],
        ];
        return Model([Node("EPContext", ["x"], ["y"], attributes, "com.microsoft")], [Value("x", Float, [1, 4])], [Value("y", Float, [1, 4])]);
    }

    /// <summary>A model whose only input is text.</summary>
    public static byte[] OfText() => Model([Node("Identity", ["words"], ["same"])], [Value("words", 8, [1])], [Value("same", 8, [1])]);

    /// <summary>Any graph: its names and sizes are what counts. Names that begin with <c>past</c>, <c>present</c>, <c>logits</c> … are float32, others int64.</summary>
    public static byte[] Graph((string Kind, string From, string To)[] nodes, (string Name, object[] Shape)[] inputs, (string Name, object[] Shape)[] outputs)
    {
        byte[][] Values((string Name, object[] Shape)[] values, bool isOutput) => [.. values.Select(v => Value(v.Name, isOutput || v.Shape.Length > 2 ? Float : Long, v.Shape))];
        return Model([.. nodes.Select(n => Node(n.Kind, [n.From], [n.To]))], Values(inputs, false), Values(outputs, true));
    }

    /// <summary>A model that keeps its weights in another file.</summary>
    public static byte[] WithWeightsIn(string location)
    {
        byte[] weight = [.. Number(1, 4), .. Number(2, Float), .. Text(8, "w"), .. Bytes(13, [.. Text(1, "location"), .. Text(2, location)]), .. Number(14, 1)];
        byte[] graph = [.. Bytes(1, Node("Add", ["a", "w"], ["sum"])), .. Text(2, "g"), .. Bytes(5, weight), .. Bytes(11, Value("a", Float, [4])), .. Bytes(12, Value("sum", Float, [4]))];
        return [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, Number(2, 17))];
    }

    private static byte[] Model(byte[][] nodes, byte[][] inputs, byte[][] outputs) =>
        [.. Number(1, 8), .. Bytes(7, Graph(nodes, inputs, outputs)), .. Bytes(8, Number(2, 17)), .. Bytes(8, [.. Text(1, "com.microsoft"), .. Number(2, 1)])];

    private static byte[] Graph(byte[][] nodes, byte[][] inputs, byte[][] outputs) =>
        [.. nodes.SelectMany(n => Bytes(1, n)), .. Text(2, "g"), .. inputs.SelectMany(i => Bytes(11, i)), .. outputs.SelectMany(o => Bytes(12, o))];

    private static byte[] Node(string kind, string[] inputs, string[] outputs, byte[] attribute) => Node(kind, inputs, outputs, [attribute]);

    private static byte[] Node(string kind, string[] inputs, string[] outputs, byte[][]? attributes = null, string domain = "") =>
        [.. inputs.SelectMany(i => Text(1, i)), .. outputs.SelectMany(o => Text(2, o)), .. Text(3, kind), .. Text(4, kind), .. (attributes ?? []).SelectMany(a => Bytes(5, a)), .. Text(7, domain)];

    private static byte[] Value(string name, int type, object[] shape)
    {
        byte[] sizes = [.. shape.SelectMany(s => Bytes(1, s is string open ? Text(2, open) : Number(1, (int)s)))];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, type), .. Bytes(2, sizes)]))];
    }

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Number(int field, long value) => [.. Varint((ulong)(field << 3)), .. Varint((ulong)value)];

    private static byte[] Bytes(int field, byte[] content) => [.. Varint((ulong)((field << 3) | 2)), .. Varint((ulong)content.Length), .. content];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
