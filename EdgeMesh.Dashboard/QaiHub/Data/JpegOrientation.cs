using System.Buffers.Binary;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>How a camera was held: phones store pictures as the sensor saw them, with a note (EXIF tag 0x0112) of how to turn them.</summary>
internal static class JpegOrientation
{
    private const byte ExifSegment = 0xE1;
    private const byte ImageData = 0xDA;
    private const int Tag = 0x0112;
    private const int EntryBytes = 12;

    /// <summary>1 (upright) to 8; 1 too where nothing is said or it cannot be read.</summary>
    public static int Of(ReadOnlySpan<byte> file)
    {
        if (file.Length < 4 || file[0] != 0xFF || file[1] != 0xD8)
        {
            return 1;
        }

        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF && file[at + 1] != ImageData;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length)
            {
                return 1;
            }

            var segment = file.Slice(at + 4, length - 2);
            if (file[at + 1] == ExifSegment && segment.StartsWith("Exif\0\0"u8))
            {
                return InExif(segment[6..]);
            }

            at += 2 + length;
        }

        return 1;
    }

    private static int InExif(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 8)
        {
            return 1;
        }

        var little = exif[0] == (byte)'I';
        var entries = (long)(little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]));
        if (entries + 2 > exif.Length)
        {
            return 1;
        }

        var count = Short(exif[(int)entries..], little);
        for (var i = 0; i < count; i++)
        {
            var at = entries + 2 + (i * EntryBytes);
            if (at + EntryBytes > exif.Length)
            {
                return 1;
            }

            var entry = exif.Slice((int)at, EntryBytes);
            if (Short(entry, little) == Tag)
            {
                return Short(entry[8..], little) is var value and >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;
    }

    private static int Short(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
