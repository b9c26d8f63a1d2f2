using System.Buffers.Binary;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>The structure of a JPEG: segments that lie within the file, up to its end marker. Pure.</summary>
internal static class JpegFile
{
    private const byte Fill = 0xFF;
    private const byte Begin = 0xD8;
    private const byte End = 0xD9;
    private const byte Scan = 0xDA;

    // A block of 8 × 8 pixels takes a bit at least.
    private const long MaxPixelsPerByte = 64 * 8;

    // Cameras and programs make about ten; each of thousands would go over the whole picture once more.
    private const int MaxScans = 100;

    /// <param name="sized">Told width and height; it may throw.</param>
    /// <exception cref="EndOfStreamException">It is cut off.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Check(ReadOnlySpan<byte> file, Action<long, long> sized)
    {
        var (at, scans, framed) = (2, 0, false);
        while (true)
        {
            var marker = Marker(file, ref at);
            if (marker == End)
            {
                break;
            }

            if (marker is Begin or 0)
            {
                throw new InvalidDataException("It has a marker where none can be.");
            }

            if (Stands(marker))
            {
                continue;
            }

            var segment = Segment(file, ref at);
            if (IsFrame(marker))
            {
                if (framed)
                {
                    throw new InvalidDataException("It has two pictures in one.");
                }

                framed = true;
                Frame(segment, file.Length, sized);
            }
            else if (marker == Scan)
            {
                if (!framed || ++scans > MaxScans)
                {
                    throw new InvalidDataException(framed ? "It comes in more parts than a picture has." : "Its pixels come before its size.");
                }

                SkipPixels(file, ref at);
            }
        }

        if (scans == 0)
        {
            throw new InvalidDataException("It has no pixels.");
        }
    }

    private static byte Marker(ReadOnlySpan<byte> file, ref int at)
    {
        if (at < file.Length && file[at] != Fill)
        {
            throw new InvalidDataException("Something else is where a marker must be.");
        }

        while (at < file.Length && file[at] == Fill)
        {
            at++;
        }

        return at < file.Length ? file[at++] : throw new EndOfStreamException();
    }

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, ref int at)
    {
        if (file.Length - at < 2)
        {
            throw new EndOfStreamException();
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
        if (length < 2)
        {
            throw new InvalidDataException("A segment is shorter than its own length.");
        }

        if (length > file.Length - at)
        {
            throw new EndOfStreamException();
        }

        var segment = file.Slice(at + 2, length - 2);
        at += length;
        return segment;
    }

    private static void Frame(ReadOnlySpan<byte> frame, int bytes, Action<long, long> sized)
    {
        var (width, height) = frame.Length < 6 ? (0, 0) : (BinaryPrimitives.ReadUInt16BigEndian(frame[3..]), BinaryPrimitives.ReadUInt16BigEndian(frame[1..]));
        if (width == 0 || height == 0)
        {
            throw new InvalidDataException("Its frame has no size.");
        }

        sized(width, height);
        if ((long)width * height > bytes * MaxPixelsPerByte)
        {
            throw new InvalidDataException("It claims more pixels than its bytes can hold.");
        }
    }

    // In the pixels, a byte FF is followed by 00, or by a restart marker.
    private static void SkipPixels(ReadOnlySpan<byte> file, ref int at)
    {
        for (; at + 1 < file.Length; at++)
        {
            if (file[at] == Fill && file[at + 1] is not (0 or Fill) && !Stands(file[at + 1]))
            {
                return;
            }
        }

        throw new EndOfStreamException();
    }

    private static bool Stands(byte marker) => marker is >= 0xD0 and <= 0xD7 or 0x01;

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
