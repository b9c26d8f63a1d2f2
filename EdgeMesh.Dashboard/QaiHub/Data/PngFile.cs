using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>The structure of a PNG: chunks that lie within the file, and pixels that unpack to as many bytes as its head says. Pure.</summary>
internal static class PngFile
{
    private const int Signature = 8;
    private const int ChunkFrame = 12;
    private const int HeadBytes = 13;

    // Some programs pack a little more than the picture has; decoders ignore that.
    private const int Slack = 1 << 16;

    // Where each pass of an interlaced picture begins, and its steps: x, y, across, down.
    private static readonly (int X, int Y, int Across, int Down)[] s_passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <param name="sized">Told width and height before anything is unpacked; it may throw.</param>
    /// <exception cref="EndOfStreamException">It is cut off.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Check(ReadOnlySpan<byte> file, Action<long, long> sized)
    {
        using var packed = new MemoryStream();
        var unpacked = 0L;
        for (var at = Signature; ;)
        {
            var left = file.Length - at - ChunkFrame;
            var length = left < 0 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > left)
            {
                throw new EndOfStreamException();
            }

            var type = file.Slice(at + 4, 4);
            var content = file.Slice(at + 8, (int)length);
            if (at == Signature != type.SequenceEqual("IHDR"u8))
            {
                throw new InvalidDataException("The head must be the first chunk, and only the first.");
            }

            if (at == Signature)
            {
                unpacked = Head(content, sized);
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(content);
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                break;
            }

            at += ChunkFrame + (int)length;
        }

        packed.Position = 0;
        Unpack(packed, unpacked);
    }

    /// <summary>How many bytes the pixels have, unpacked: a byte for each line's filter, and its pixels.</summary>
    private static long Head(ReadOnlySpan<byte> head, Action<long, long> sized)
    {
        if (head.Length != HeadBytes)
        {
            throw new InvalidDataException("The head has another length.");
        }

        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(head), BinaryPrimitives.ReadUInt32BigEndian(head[4..]));
        var samples = head[9] switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || samples == 0 || head[8] is not (1 or 2 or 4 or 8 or 16) || head[12] > 1)
        {
            throw new InvalidDataException("The head has values that no PNG has.");
        }

        sized(width, height);
        var bits = head[8] * samples;
        return head[12] == 0 ? Lines(width, height, bits)
            : s_passes.Sum(p => Lines((width + p.Across - 1 - p.X) / p.Across, (height + p.Down - 1 - p.Y) / p.Down, bits));
    }

    private static long Lines(long width, long height, int bits) => width <= 0 ? 0 : height * (1 + (((width * bits) + 7) / 8));

    private static void Unpack(Stream packed, long wanted)
    {
        using var pixels = new ZLibStream(packed, CompressionMode.Decompress);
        var buffer = new byte[81_920];
        var got = 0L;
        while (pixels.Read(buffer) is > 0 and var read)
        {
            got += read;
            if (got > wanted + Slack)
            {
                throw new InvalidDataException("It unpacks to more than its head says.");
            }
        }

        if (got < wanted)
        {
            throw new InvalidDataException("It unpacks to less than its head says.");
        }
    }
}
