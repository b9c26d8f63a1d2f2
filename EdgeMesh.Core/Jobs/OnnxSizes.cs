using System.Globalization;

namespace EdgeMesh.Core.Jobs;

/// <summary>The sizes that a run of an ONNX model is of. Runs of other sizes are other work: they take another time, and none says anything of the other.</summary>
public static class OnnxSizes
{
    private const int MaxLength = 160;

    /// <summary>What tells runs of one model apart in what is learned from them: the file, and the sizes or contents that are given; empty when nothing is.</summary>
    public static string Of(JobOptions? options)
    {
        if (options is not OnnxOptions onnx)
        {
            return "";
        }

        var parts = (onnx.Inputs is { IsDefault: false } given ? given : [])
            .OrderBy(i => i.Name, StringComparer.Ordinal)
            .Select(i => i.Shape is { IsDefault: false } shape ? $"{i.Name}={Text(shape)}" : i.Data is { } data ? $"{i.Name}:{data.Length}" : "")
            .Append(onnx.Npz is { } npz ? $"npz:{npz.Length}" : "")
            .Append(onnx.File ?? "")
            .Where(p => p.Length > 0);
        var text = string.Join(';', parts);
        return text.Length <= MaxLength ? text : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..32];
    }

    /// <summary>Whether two lists of inputs have the same names and sizes, in whatever order.</summary>
    public static bool Same(ImmutableArray<TensorInfo> one, ImmutableArray<TensorInfo> other)
    {
        if (one.IsDefault || other.IsDefault || one.Length != other.Length)
        {
            return false;
        }

        foreach (var input in one)
        {
            if (!other.Any(o => o.Name == input.Name && o.Shape.AsSpan().SequenceEqual(input.Shape.AsSpan())))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a run with these options is of these sizes, as far as the options name any.</summary>
    public static bool Fits(JobOptions? options, ImmutableArray<TensorInfo> inputs)
    {
        foreach (var given in options is OnnxOptions { Inputs: { IsDefault: false } some } ? some : [])
        {
            if (given.Shape is { IsDefault: false } shape && (inputs.IsDefault || !inputs.Any(i => i.Name == given.Name && i.Shape.AsSpan().SequenceEqual(shape.AsSpan()))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <c>1×3×224×224</c>; <c>scalar</c> without sizes.</summary>
    public static string Text(ImmutableArray<long> shape) => shape.IsDefaultOrEmpty ? "scalar" : string.Join('×', shape.Select(s => s.ToString(CultureInfo.InvariantCulture)));

    /// <summary>For people: <c>image 1×3×224×224, sr scalar</c>.</summary>
    public static string Text(IEnumerable<TensorInfo> inputs) => string.Join(", ", inputs.Select(i => $"{i.Name} {Text(i.Shape)}"));
}
