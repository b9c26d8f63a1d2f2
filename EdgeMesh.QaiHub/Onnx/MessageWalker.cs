using System.Text;
using Google.Protobuf;

namespace EdgeMesh.QaiHub.Onnx;

/// <summary>
/// Steps through the fields of one protobuf message in a stream and jumps over those nobody wants, so gigabytes of weights are neither read nor kept. The library's own
/// parser would read every byte.
/// </summary>
internal sealed class MessageWalker(Stream stream, long end)
{
    private const int MostTextBytes = 64 * 1024;
    private readonly BinaryReader _reader = new(stream, Encoding.UTF8, leaveOpen: true);
    private long _valueEnd = -1;

    /// <summary>The number of the field that <see cref="Read"/> and <see cref="Enter"/> are about.</summary>
    public int Field { get; private set; }

    /// <summary>Whether it has bytes, a text or a message in it.</summary>
    public bool HasBytes => _valueEnd >= 0;

    /// <summary>Goes to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        Leave();
        if (stream.Position >= end)
        {
            return false;
        }

        var tag = (uint)_reader.Read7BitEncodedInt64();
        Field = WireFormat.GetTagFieldNumber(tag);
        _valueEnd = -1;
        switch (WireFormat.GetTagWireType(tag))
        {
            case WireFormat.WireType.Varint:
                _reader.Read7BitEncodedInt64();
                break;
            case WireFormat.WireType.Fixed64:
                stream.Seek(8, SeekOrigin.Current);
                break;
            case WireFormat.WireType.Fixed32:
                stream.Seek(4, SeekOrigin.Current);
                break;
            case WireFormat.WireType.LengthDelimited:
                var length = _reader.Read7BitEncodedInt64();
                _valueEnd = length >= 0 && length <= end - stream.Position ? stream.Position + length : throw new InvalidDataException("A field is longer than its message.");
                break;
            default:
                throw new InvalidDataException("A field has a form that ONNX does not use.");
        }

        return Field > 0 && stream.Position <= end ? true : throw new InvalidDataException("A field is longer than its message.");
    }

    /// <summary>The message in the present field.</summary>
    public MessageWalker Enter() => new(stream, _valueEnd);

    /// <summary>The bytes of the present field.</summary>
    public byte[] Read()
    {
        var length = _valueEnd - stream.Position;
        return length <= MostTextBytes ? _reader.ReadBytes((int)length) : throw new InvalidDataException("A name or a shape is far too long.");
    }

    private void Leave()
    {
        if (_valueEnd >= 0)
        {
            stream.Position = _valueEnd;
        }
    }
}
