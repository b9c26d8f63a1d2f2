using System.Text.Json;
using BigGustave;

namespace EdgeMesh.Agent.Runtimes.Onnx.Canary;

/// <summary>One prompt of the built-in image model with a row of the pixels a right run must give.</summary>
/// <param name="Row">Row 14 of the grey image, 0 to 255; a right run differs by at most 1.</param>
public sealed record GoldenImage(string Prompt, long Seed, int Steps, double Guidance, ImmutableArray<int> Row)
{
    private const int RowNumber = 14;
    private const int Tolerance = 1;

    /// <summary>The cases of <c>golden.json</c> beside the model.</summary>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    public static ImmutableArray<GoldenImage> Read(string modelFolder)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(modelFolder, "golden.json")));
            var root = json.RootElement;
            var (steps, guidance) = (root.GetProperty("steps").GetInt32(), root.GetProperty("guidance_scale").GetDouble());
            return [.. root.GetProperty("cases").EnumerateArray().Select(c => new GoldenImage(
                c.GetProperty("prompt").GetString()!, c.GetProperty("seed").GetInt64(), steps, guidance,
                [.. c.GetProperty("pixels_row14").EnumerateArray().Select(e => e.GetInt32())]))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new InvalidDataException($"The golden pixels of the built-in image model cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The largest difference between a picture's row and the golden one; 255 when the size is another.</summary>
    public int Difference(ReadOnlySpan<byte> png)
    {
        var picture = Png.Open(png.ToArray());
        if (picture.Width != Row.Length || picture.Height <= RowNumber)
        {
            return 255;
        }

        var worst = 0;
        for (var x = 0; x < Row.Length; x++)
        {
            worst = Math.Max(worst, Math.Abs(picture.GetPixel(x, RowNumber).R - Row[x]));
        }

        return worst;
    }

    /// <summary>Whether a picture is the golden one.</summary>
    public bool Matches(ReadOnlySpan<byte> png) => Difference(png) <= Tolerance;
}
