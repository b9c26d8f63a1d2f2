namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>What a PNG or JPEG says of itself, read from its structure before anything decodes it. Pure.</summary>
internal static class PictureFile
{
    /// <summary>Pictures of more are refused: decoded, one of 64 million takes about half a gigabyte.</summary>
    public const long MaxPixels = 64_000_000;

    private static ReadOnlySpan<byte> Png => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> Jpeg => [0xFF, 0xD8, 0xFF];

    /// <summary>Whether the bytes begin as a PNG or JPEG does.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Png) || bytes.StartsWith(Jpeg);

    /// <summary>That it is whole and not too large, so that decoding it has an end.</summary>
    /// <exception cref="DatasetException">It is not; with the cause.</exception>
    public static void Check(byte[] bytes, string name)
    {
        if (!IsOne(bytes))
        {
            throw new DatasetException($"{name} is no PNG or JPEG picture.", "Save it as one of these.");
        }

        try
        {
            if (bytes.AsSpan().StartsWith(Png))
            {
                PngFile.Check(bytes, (width, height) => Sized(width, height, name));
            }
            else
            {
                JpegFile.Check(bytes, (width, height) => Sized(width, height, name));
            }
        }
        catch (EndOfStreamException)
        {
            throw new DatasetException($"{name} is cut off: it ends before the picture does.", "Copy or save it again.");
        }
        catch (InvalidDataException)
        {
            throw Damaged(name);
        }
    }

    public static DatasetException Damaged(string name) => new($"{name} is damaged: it cannot be decoded.", "Save it again.");

    private static void Sized(long width, long height, string name)
    {
        if (width * height > MaxPixels)
        {
            throw new DatasetException($"{name} is {width:N0} × {height:N0}, which is more than {MaxPixels / 1_000_000} million pixels.", "Make it smaller.");
        }
    }
}
