using System.Buffers.Binary;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;

/// <summary>
/// Walks protobuf in place: weights are stepped over, not read, so a model of many gigabytes takes milliseconds.
/// (Google.Protobuf would need the generated classes of ONNX and would load everything.)
/// </summary>
internal sealed class ProtoReader(Stream stream)
{
    private const int LongestText = 64 * 1024;

    private int _wireType;
    private long _length;

    public long Position => stream.Position;

    /// <summary>The next field before <paramref name="end"/>; 0 at the end. The field must then be read or skipped.</summary>
    public int NextField(long end)
    {
        if (stream.Position == end)
        {
            return 0;
        }

        if (stream.Position > end)
        {
            throw new InvalidDataException("A field reaches over the end of its message.");
        }

        var tag = Varint();
        _wireType = (int)(tag & 7);
        if (_wireType == 2)
        {
            _length = (long)Varint();
            if (_length < 0 || _length > end - stream.Position)
            {
                throw new InvalidDataException("A field is longer than its message.");
            }
        }

        return tag >> 3 is > 0 and < 1 << 29 ? (int)(tag >> 3) : throw new InvalidDataException("There is no such field.");
    }

    /// <summary>Where the current message field ends; its fields come next.</summary>
    public long Enter() => _wireType == 2 ? stream.Position + _length : throw new InvalidDataException("A message was expected.");

    public string Text()
    {
        if (_wireType != 2 || _length > LongestText)
        {
            throw new InvalidDataException("A text was expected.");
        }

        var bytes = new byte[_length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public long Number() => _wireType == 0 ? (long)Varint() : throw new InvalidDataException("A number was expected.");

    public float Float()
    {
        if (_wireType != 5)
        {
            throw new InvalidDataException("A fraction was expected.");
        }

        Span<byte> bytes = stackalloc byte[4];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadSingleLittleEndian(bytes);
    }

    /// <summary>One or many numbers (a packed field).</summary>
    public IEnumerable<long> Numbers()
    {
        if (_wireType == 0)
        {
            yield return (long)Varint();
            yield break;
        }

        for (var end = Enter(); stream.Position < end;)
        {
            yield return (long)Varint();
        }
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case 0: Varint(); break;
            case 1: Step(8); break;
            case 2: Step(_length); break;
            case 5: Step(4); break;
            default: throw new InvalidDataException("There is no such wire type.");
        }
    }

    private void Step(long bytes)
    {
        if (stream.Length - stream.Position < bytes)
        {
            throw new EndOfStreamException();
        }

        stream.Seek(bytes, SeekOrigin.Current);
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.ReadByte();
            if (next < 0)
            {
                throw new EndOfStreamException();
            }

            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number is too long.");
    }
}
