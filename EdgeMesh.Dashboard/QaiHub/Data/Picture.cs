using StbImageSharp;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>A decoded picture: red, green and blue from 0 to 255, row by row, upright.</summary>
internal sealed record Picture(int Width, int Height, float[] Values)
{
    public const int Channels = 3;
    private const long MaxPixels = 64_000_000;

    /// <summary>Whether the bytes begin as a PNG or JPEG does.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    /// <summary>Decodes a PNG or JPEG and turns it upright.</summary>
    /// <exception cref="DatasetException">It is neither, too large, or damaged.</exception>
    public static Picture Read(byte[] bytes, string name)
    {
        // Only these two: the decoder knows more formats, and what it does not need to read it shall not read.
        if (!IsOne(bytes))
        {
            throw new DatasetException($"{name} is no PNG or JPEG picture.", "Save it as one of these.");
        }

        try
        {
            using var stream = new MemoryStream(bytes);
            if (ImageInfo.FromStream(stream) is not { } info || (long)info.Width * info.Height > MaxPixels)
            {
                throw new DatasetException($"{name} is damaged, or has more than {MaxPixels / 1_000_000} million pixels.", "Make it smaller.");
            }

            var image = ImageResult.FromMemory(bytes, ColorComponents.RedGreenBlue);
            return new Picture(image.Width, image.Height, Array.ConvertAll(image.Data, b => (float)b)).Turned(JpegOrientation.Of(bytes));
        }
        catch (Exception e) when (e is not DatasetException and not OutOfMemoryException)
        {
            throw new DatasetException($"{name} is damaged: it cannot be decoded.", "Save it again.");
        }
    }

    /// <summary>A part of it, in the middle.</summary>
    public Picture Cropped(int width, int height)
    {
        var (left, top) = ((Width - width) / 2, (Height - height) / 2);
        return Made(width, height, (x, y) => (x + left, y + top));
    }

    /// <summary>It in the middle of black.</summary>
    public Picture Padded(int width, int height)
    {
        var values = new float[width * height * Channels];
        var (left, top) = ((width - Width) / 2, (height - Height) / 2);
        for (var y = 0; y < Height; y++)
        {
            Array.Copy(Values, y * Width * Channels, values, (((y + top) * width) + left) * Channels, Width * Channels);
        }

        return new Picture(width, height, values);
    }

    /// <summary>In another size. Each new pixel is the mean of those that it covers, weighed by a triangle, so that nothing flickers when it becomes smaller.</summary>
    public Picture Resized(int width, int height)
    {
        var across = Along(Values, Width, Height, width, Channels, Width * Channels, Channels, width * Channels);
        return new Picture(width, height, Along(across, Height, width, height, width * Channels, Channels, width * Channels, Channels));
    }

    // Resamples lines of one direction: a line's pixels are `step` apart, lines `line` apart.
    private static float[] Along(float[] from, int length, int lines, int wanted, int step, int line, int toStep, int toLine)
    {
        var to = new float[wanted * lines * Channels];
        var scale = (double)length / wanted;
        var reach = Math.Max(1, scale);
        for (var i = 0; i < wanted; i++)
        {
            var centre = ((i + 0.5) * scale) - 0.5;
            var (first, last) = ((int)Math.Max(0, Math.Ceiling(centre - reach)), (int)Math.Min(length - 1, Math.Floor(centre + reach)));
            var weights = new float[last - first + 1];
            for (var j = first; j <= last; j++)
            {
                weights[j - first] = (float)Math.Max(0, 1 - (Math.Abs(j - centre) / reach));
            }

            var sum = weights.Sum();
            for (var row = 0; row < lines; row++)
            {
                for (var c = 0; c < Channels; c++)
                {
                    var value = 0f;
                    for (var j = first; j <= last; j++)
                    {
                        value += weights[j - first] * from[(row * line) + (j * step) + c];
                    }

                    to[(row * toLine) + (i * toStep) + c] = value / sum;
                }
            }
        }

        return to;
    }

    private Picture Turned(int orientation) => orientation switch
    {
        2 => Made(Width, Height, (x, y) => (Width - 1 - x, y)),
        3 => Made(Width, Height, (x, y) => (Width - 1 - x, Height - 1 - y)),
        4 => Made(Width, Height, (x, y) => (x, Height - 1 - y)),
        5 => Made(Height, Width, (x, y) => (y, x)),
        6 => Made(Height, Width, (x, y) => (y, Height - 1 - x)),
        7 => Made(Height, Width, (x, y) => (Width - 1 - y, Height - 1 - x)),
        8 => Made(Height, Width, (x, y) => (Width - 1 - y, x)),
        _ => this,
    };

    private Picture Made(int width, int height, Func<int, int, (int X, int Y)> from)
    {
        var values = new float[width * height * Channels];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (fromX, fromY) = from(x, y);
                Array.Copy(Values, ((fromY * Width) + fromX) * Channels, values, ((y * width) + x) * Channels, Channels);
            }
        }

        return new Picture(width, height, values);
    }
}
