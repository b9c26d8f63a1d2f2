using System.Numerics;
using StbImageSharp;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>A decoded picture: red, green and blue from 0 to 255, row by row, upright.</summary>
internal sealed record Picture(int Width, int Height, byte[] Values)
{
    public const int Channels = 3;

    /// <summary>Decodes a PNG or JPEG and turns it upright. Transparency is left out, grey becomes three equal colours, 16 bits become 8.</summary>
    /// <exception cref="DatasetException">It is neither, too large, cut off or damaged.</exception>
    public static Picture Read(byte[] bytes, string name)
    {
        // Only these two, and only whole ones: the decoder knows more formats, and believes what a file says of itself.
        PictureFile.Check(bytes, name);
        try
        {
            using var stream = new MeteredStream(bytes);
            var image = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
            return new Picture(image.Width, image.Height, image.Data).Turned(JpegOrientation.Of(bytes));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It has no exception of its own.
            throw PictureFile.Damaged(name);
        }
    }

    /// <summary>A part of it, in the middle.</summary>
    public Picture Cropped(int width, int height)
    {
        var (left, top) = ((Width - width) / 2, (Height - height) / 2);
        return (width, height) == (Width, Height) ? this : Made(width, height, (x, y) => (x + left, y + top));
    }

    /// <summary>In another size. Each new pixel is the mean of those that it covers, weighed by a triangle, so that nothing flickers when it becomes smaller.</summary>
    public Pixels Resized(int width, int height)
    {
        var across = Along(Values, Width, Height, width, Channels, Width * Channels, Channels, width * Channels);
        return new Pixels(width, height, Along(across, Height, width, height, width * Channels, Channels, width * Channels, Channels));
    }

    // Resamples lines of one direction: a line's pixels are `step` apart, lines `line` apart.
    private static float[] Along<T>(T[] from, int length, int lines, int wanted, int step, int line, int toStep, int toLine)
        where T : INumberBase<T>
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
                        value += weights[j - first] * float.CreateTruncating(from[(row * line) + (j * step) + c]);
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
        var values = new byte[width * height * Channels];
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

/// <summary>A picture in the size of an input: red, green and blue from 0 to 255, row by row.</summary>
internal sealed record Pixels(int Width, int Height, float[] Values)
{
    /// <summary>It in the middle of black.</summary>
    public Pixels Padded(int width, int height)
    {
        var values = new float[width * height * Picture.Channels];
        var (left, top) = ((width - Width) / 2, (height - Height) / 2);
        for (var y = 0; y < Height; y++)
        {
            Array.Copy(Values, y * Width * Picture.Channels, values, (((y + top) * width) + left) * Picture.Channels, Width * Picture.Channels);
        }

        return new Pixels(width, height, values);
    }
}
