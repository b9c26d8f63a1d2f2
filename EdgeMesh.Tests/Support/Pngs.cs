using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeMesh.Tests.Support;

/// <summary>Small PNGs of every kind, put together by hand.</summary>
public static class Pngs
{
    public const int Grey = 0;
    public const int Colour = 2;
    public const int Palette = 3;
    public const int GreyAlpha = 4;
    public const int ColourAlpha = 6;

    /// <param name="line">The packed samples of a line, without its filter.</param>
    public static byte[] Make(int width, int height, int kind, int depth, Func<int, byte[]> line, byte[]? palette = null) =>
        File(Head(width, height, kind, depth), [.. palette is null ? [] : Chunk("PLTE", palette), .. Chunk("IDAT", Packed([.. Enumerable.Range(0, height).SelectMany(y => (byte[])[0, .. line(y)])]))]);

    /// <summary>Signature, head, what is given, and the end.</summary>
    public static byte[] File(byte[] head, byte[] chunks) => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", head), .. chunks, .. Chunk("IEND", [])];

    public static byte[] Head(uint width, uint height, int kind, int depth, byte interlaced = 0)
    {
        var head = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(head, width);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9], head[12]) = ((byte)depth, (byte)kind, interlaced);
        return head;
    }

    public static byte[] Chunk(string type, byte[] content)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. content];
        var frame = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(frame, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), Crc(body));
        return [.. frame[..4], .. body, .. frame[4..]];
    }

    public static byte[] Packed(byte[] pixels)
    {
        using var to = new MemoryStream();
        using (var zlib = new ZLibStream(to, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(pixels);
        }

        return to.ToArray();
    }

    private static byte[] Head(int width, int height, int kind, int depth) => Head((uint)width, (uint)height, kind, depth, 0);

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 1 ? 0xEDB88320 : 0);
            }
        }

        return ~crc;
    }
}
