using BigGustave;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>Pixels in −1 to 1, three planes, to a PNG file.</summary>
internal static class PngWriter
{
    public static byte[] Write(ReadOnlySpan<float> planes, int width, int height)
    {
        var (builder, size) = (PngBuilder.Create(width, height, hasAlphaChannel: false), width * height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = (y * width) + x;
                builder.SetPixel(Level(planes[at]), Level(planes[size + at]), Level(planes[(2 * size) + at]), x, y);
            }
        }

        return builder.Save();
    }

    private static byte Level(float value) => (byte)MathF.Round((Math.Clamp(value, -1, 1) + 1) * 127.5f);
}
