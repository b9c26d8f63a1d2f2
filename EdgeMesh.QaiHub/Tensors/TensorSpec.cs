using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Tensors;

/// <summary>What goes into or comes out of a model under one name.</summary>
public sealed partial record TensorSpec(string Name, ImmutableArray<TensorDim> Shape, TensorDtype Dtype)
{
    /// <summary>How a scalar's shape is written.</summary>
    public const string Scalar = "scalar";

    /// <summary>Whether the model says what shape it has. One without sizes is a scalar; one that nobody gave is not known.</summary>
    public bool HasShape { get; init; } = true;

    /// <summary>Whether every size is known.</summary>
    [JsonIgnore]
    public bool IsStatic => HasShape && Shape.All(d => d.Size is not null);

    /// <summary>As <c>1, 3, 224, 224</c>, a size that is not known with its name or <c>?</c>; <c>scalar</c>; empty when the shape is not known.</summary>
    [JsonIgnore]
    public string ShapeText => !HasShape ? "" : Shape.IsEmpty ? Scalar : string.Join(", ", Shape);

    public bool Equals(TensorSpec? other) => other is not null && Name == other.Name && Dtype == other.Dtype && HasShape == other.HasShape && Shape.SequenceEqual(other.Shape);

    public override int GetHashCode() => HashCode.Combine(Name, Dtype, Shape.Length);

    public override string ToString() => $"{Name}: {Dtype} [{ShapeText}]";

    /// <summary>
    /// Reads a shape as a person types it: sizes of 1 and more, separated by commas or ×; anything else is a size that is not known. <c>[]</c>, <c>()</c> and
    /// <c>scalar</c> have none. Null for no text: nobody gave a shape.
    /// </summary>
    public static ImmutableArray<TensorDim>? ParseShape(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
        {
            return null;
        }

        var inside = trimmed.Trim('[', ']', '(', ')').Trim();
        return inside.Length == 0 || inside.Equals(Scalar, StringComparison.OrdinalIgnoreCase)
            ? ImmutableArray<TensorDim>.Empty
            : [.. Separator().Split(inside.TrimEnd(',')).Select(Size)];
    }

    // An x stands between numbers only: "max_len" is one size.
    [GeneratedRegex(@"\s*[,×]\s*|(?<=\d)\s*x\s*(?=\d)")]
    private static partial Regex Separator();

    private static TensorDim Size(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
        ? new TensorDim(size)
        : new TensorDim(null, text.Length > 0 && text != "?" ? text : null);
}

/// <summary>One size of a shape.</summary>
/// <param name="Size">1 and more; null when it is only known at run time.</param>
/// <param name="Symbol">The model's name for a size that is not known, or null.</param>
public readonly record struct TensorDim(long? Size, string? Symbol = null)
{
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
