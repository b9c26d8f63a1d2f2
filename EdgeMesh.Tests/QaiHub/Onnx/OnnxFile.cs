using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Onnx;

/// <summary>Writes ONNX files field by field, good ones and bad ones.</summary>
internal static class OnnxFile
{
    /// <summary>A model of this graph.</summary>
    public static byte[] Model(params byte[][] graph) => [.. Number(1, 8), .. Bytes(2, "test"u8), .. Bytes(7, Join(graph)), .. Bytes(8, Number(2, 17))];

    public static byte[] Input(string name, int type, params object[] dims) => Bytes(11, Value(name, type, dims));

    public static byte[] Output(string name, int type, params object[] dims) => Bytes(12, Value(name, type, dims));

    /// <summary>A weight with its bytes inside.</summary>
    public static byte[] Weight(string name, int bytes) => Bytes(5, [.. Number(1, 4), .. Number(2, 1), .. Bytes(9, new byte[bytes]), .. Bytes(8, Text(name))]);

    /// <summary>A weight whose bytes are in a file beside the model.</summary>
    public static byte[] ExternalWeight(string name) => Bytes(5, [.. Bytes(8, Text(name)), .. Bytes(13, Bytes(1, "location"u8))]);

    /// <summary>A number is a size, a text a name.</summary>
    public static byte[] Value(string name, int type, object[] dims)
    {
        var shape = Join([.. dims.Select(d => Bytes(1, d is string symbol ? Bytes(2, Text(symbol)) : Number(1, Convert.ToInt64(d, null))))]);
        return [.. Bytes(1, Text(name)), .. Bytes(2, Bytes(1, [.. Number(1, type), .. Bytes(2, shape)]))];
    }

    public static byte[] Bytes(int field, ReadOnlySpan<byte> value)
    {
        var copy = value.ToArray();
        return Write(o =>
        {
            o.WriteTag(field, WireFormat.WireType.LengthDelimited);
            o.WriteBytes(ByteString.CopyFrom(copy));
        });
    }

    public static byte[] Number(int field, long value) => Write(o =>
    {
        o.WriteTag(field, WireFormat.WireType.Varint);
        o.WriteInt64(value);
    });

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static byte[] Join(byte[][] parts) => [.. parts.SelectMany(p => p)];

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory))
        {
            write(output);
        }

        return memory.ToArray();
    }
}
