namespace EdgeMesh.Core.Models;

/// <summary>The sizes of images a model can make.</summary>
/// <param name="Width">Its own width in pixels, made when none is asked for.</param>
/// <param name="Height">Its own height in pixels.</param>
/// <param name="Multiple">Sides may be multiples of this; 0 when it makes its own size only.</param>
/// <param name="Most">The longest side in pixels; no meaning when <paramref name="Multiple"/> is 0.</param>
[GenerateSerializer, Immutable]
public sealed record ImageSizes(int Width, int Height, int Multiple = 0, int Most = 0)
{
    /// <summary>What is taken for granted of a model that does not say: 512 × 512, multiples of 8 up to 4,096.</summary>
    public static ImageSizes Usual { get; } = new(512, 512, 8, 4_096);

    /// <summary>Whether it makes this size; a side that is null is its own.</summary>
    public bool Makes(int? width, int? height) => Makes(width ?? Width, Width) && Makes(height ?? Height, Height);

    /// <summary>For people: <c>28 × 28 only</c>, <c>multiples of 64 up to 2,048</c>.</summary>
    public override string ToString() => Multiple > 0 ? $"multiples of {Multiple} up to {Most:N0}" : $"{Width} × {Height} only";

    private bool Makes(int side, int own) => side == own || (Multiple > 0 && side >= Multiple && side <= Most && side % Multiple == 0);
}
