using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>The sizes a model can make, from its configuration and its UNet's fixed dimensions.</summary>
internal sealed class ImageSize(ImageModelFolder folder, ReadOnlySpan<int> sampleDimensions)
{
    private const int MostPixels = 2048;
    private readonly int? _fixedHeight = Fixed(sampleDimensions, 2);
    private readonly int? _fixedWidth = Fixed(sampleDimensions, 3);

    /// <summary>Height and width of the latents for the wanted pixels; a size the model cannot make is refused with those it can.</summary>
    public (int Height, int Width) Latents(int? wantedWidth, int? wantedHeight) =>
        (Side("high", wantedHeight, _fixedHeight), Side("wide", wantedWidth, _fixedWidth));

    private int Side(string word, int? wanted, int? fixedSide)
    {
        var own = fixedSide ?? folder.LatentSide;
        if (wanted is not { } pixels || pixels == own * folder.PixelsPerLatent)
        {
            return own;
        }

        if (fixedSide is not null)
        {
            throw new TaskFailedException(ReasonCode.BadInput, $"This model makes images {own * folder.PixelsPerLatent} pixels {word}, not {pixels}.");
        }

        var multiple = folder.PixelsPerLatent * folder.LatentMultiple;
        return pixels >= multiple && pixels <= MostPixels && pixels % multiple == 0
            ? pixels / folder.PixelsPerLatent
            : throw new TaskFailedException(ReasonCode.BadInput, $"This model makes images in multiples of {multiple} pixels up to {MostPixels}, not {pixels} pixels {word}.");
    }

    private static int? Fixed(ReadOnlySpan<int> dimensions, int axis) => dimensions.Length == 4 && dimensions[axis] > 0 ? dimensions[axis] : null;
}
