using System.Globalization;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Models;

/// <summary>What goes into or comes out of a model under one name.</summary>
public sealed record TensorSpec(string Name, ImmutableArray<TensorDim> Shape, TensorDtype Dtype)
{
    /// <summary>Whether every size is known.</summary>
    public bool IsStatic => Shape.All(d => d.Size is not null);

    /// <summary>As <c>1, 3, 224, 224</c>; a size that is not known shows its name or <c>?</c>.</summary>
    public string ShapeText => string.Join(", ", Shape);

    public bool Equals(TensorSpec? other) => other is not null && Name == other.Name && Dtype == other.Dtype && Shape.SequenceEqual(other.Shape);

    public override int GetHashCode() => HashCode.Combine(Name, Dtype, Shape.Length);

    public override string ToString() => $"{Name}: {Dtype} [{ShapeText}]";

    /// <summary>Reads a shape as a person types it: sizes of 1 and more, separated by commas or ×; anything else is a size that is not known. Null for no shape at all.</summary>
    public static ImmutableArray<TensorDim>? ParseShape(string text)
    {
        var parts = text.Trim().Trim('[', ']', '(', ')').Split([',', '×', 'x'], StringSplitOptions.TrimEntries);
        return parts is [""] ? null : [.. parts.Select(p => long.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? new TensorDim(size) : new TensorDim(null, p.Length > 0 && p != "?" ? p : null))];
    }
}

/// <summary>One size of a shape.</summary>
/// <param name="Size">1 and more; null when it is only known at run time.</param>
/// <param name="Symbol">The model's name for a size that is not known, or null.</param>
public readonly record struct TensorDim(long? Size, string? Symbol = null)
{
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
