using System.Runtime.InteropServices;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>The form of an input that takes pictures: one picture of 1 or 3 channels, which stand before or after the sizes.</summary>
internal sealed record ImageForm(TensorSpec Input, int Channels, int Width, int Height, bool ChannelsFirst)
{
    /// <summary>Null for an input that takes no pictures.</summary>
    public static ImageForm? Of(TensorSpec input) =>
        !input.IsStatic || input.Dtype is not (TensorDtype.Float32 or TensorDtype.Float16 or TensorDtype.Uint8) ? null : input.Shape.Select(d => d.Size!.Value).ToArray() switch
        {
            [1, (1 or 3) and var channels, var height, var width] when Sized(width, height) => new ImageForm(input, (int)channels, (int)width, (int)height, true),
            [1, var height, var width, (1 or 3) and var channels] when Sized(width, height) => new ImageForm(input, (int)channels, (int)width, (int)height, false),
            _ => null,
        };

    private static bool Sized(long width, long height) => width is > 0 and <= 8_192 && height is > 0 and <= 8_192;
}

/// <summary>Pictures as entries of an input. Pure.</summary>
internal static class ImageEntries
{
    private static readonly float[] s_mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_deviation = [0.229f, 0.224f, 0.225f];

    public static DatasetArray Of(Picture picture, ImageForm form, ImageFit fit, ImageScale scale)
    {
        var sized = Sized(picture, form, fit);
        scale = form.Input.Dtype == TensorDtype.Uint8 ? ImageScale.Raw : scale;
        var values = new float[form.Channels * form.Width * form.Height];
        for (var pixel = 0; pixel < form.Width * form.Height; pixel++)
        {
            var rgb = sized.Values.AsSpan(pixel * Picture.Channels, Picture.Channels);
            for (var c = 0; c < form.Channels; c++)
            {
                var value = form.Channels == 1 ? (0.299f * rgb[0]) + (0.587f * rgb[1]) + (0.114f * rgb[2]) : rgb[c];
                values[form.ChannelsFirst ? (c * form.Width * form.Height) + pixel : (pixel * form.Channels) + c] = Scaled(value, scale, c);
            }
        }

        return new DatasetArray(form.Input.Dtype, [.. form.Input.Shape.Select(d => d.Size!.Value)], Numbers(values, form.Input.Dtype));
    }

    /// <summary>What was done, in words.</summary>
    public static string How(ImageForm form, ImageFit fit, ImageScale scale) =>
        $"{(fit switch { ImageFit.Cover => "cropped", ImageFit.Contain => "with black sides", _ => "stretched" })} to {form.Width} × {form.Height}, {(form.Channels == 1 ? "grey" : "RGB")}, values "
        + (form.Input.Dtype == TensorDtype.Uint8 ? "0 to 255" : scale switch { ImageScale.ZeroToOne => "0 to 1", ImageScale.MinusOneToOne => "−1 to 1", ImageScale.ImageNet => "by ImageNet's mean and deviation", _ => "0 to 255" });

    private static Pixels Sized(Picture picture, ImageForm form, ImageFit fit)
    {
        var (across, down) = ((double)form.Width / picture.Width, (double)form.Height / picture.Height);
        switch (fit)
        {
            case ImageFit.Cover:
                var larger = Math.Max(across, down);
                return picture.Cropped(Side(form.Width / larger, picture.Width), Side(form.Height / larger, picture.Height)).Resized(form.Width, form.Height);
            case ImageFit.Contain:
                var smaller = Math.Min(across, down);
                return picture.Resized(Side(picture.Width * smaller, form.Width), Side(picture.Height * smaller, form.Height)).Padded(form.Width, form.Height);
            default:
                return picture.Resized(form.Width, form.Height);
        }
    }

    private static int Side(double side, int most) => Math.Clamp((int)Math.Round(side), 1, most);

    private static float Scaled(float value, ImageScale scale, int channel) => scale switch
    {
        ImageScale.ZeroToOne => value / 255,
        ImageScale.MinusOneToOne => (value / 127.5f) - 1,
        ImageScale.ImageNet => ((value / 255) - s_mean[channel]) / s_deviation[channel],
        _ => value,
    };

    private static byte[] Numbers(float[] values, TensorDtype type) => type switch
    {
        TensorDtype.Float16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray(),
        TensorDtype.Uint8 => Array.ConvertAll(values, v => (byte)Math.Clamp(MathF.Round(v), 0, 255)),
        _ => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
    };
}
