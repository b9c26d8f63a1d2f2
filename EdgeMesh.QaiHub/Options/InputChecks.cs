using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Options;

/// <summary>Holds the inputs of a compile job against those that the model itself has: the service finds the same after minutes, and names one at a time.</summary>
internal static class InputChecks
{
    /// <summary>An input whose shape is not fixed.</summary>
    public static HubFinding Open(TensorSpec input) => new(true, input.Name, Cause(input), "Give every size a number; the service compiles for one shape.");

    /// <summary>Wrong and missing names, another number of sizes, another fixed size, another type.</summary>
    public static IEnumerable<HubFinding> Against(ImmutableArray<TensorSpec> own, ImmutableArray<TensorSpec> given)
    {
        if (own.IsEmpty || given.IsDefaultOrEmpty)
        {
            yield break;
        }

        foreach (var input in given.Where(g => own.All(o => o.Name != g.Name)))
        {
            yield return new HubFinding(true, input.Name, $"The model has no input '{input.Name}'.", $"Its inputs are {Names(own)}.");
        }

        foreach (var input in own.Where(o => given.All(g => g.Name != o.Name)))
        {
            yield return new HubFinding(true, input.Name, $"The input '{input.Name}' is missing.", "Give every input of the model, or none to take all as the model has them.");
        }

        foreach (var input in given)
        {
            if (own.FirstOrDefault(o => o.Name == input.Name) is { } model && Difference(model, input) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private static HubFinding? Difference(TensorSpec own, TensorSpec given)
    {
        if (own.HasShape && given.HasShape && own.Shape.Length != given.Shape.Length)
        {
            return new HubFinding(true, own.Name, $"Input '{own.Name}' is {Shown(own)} in the model, and {Shown(given)} was given.", own.Shape.IsEmpty ? "Write [] for a scalar." : $"Give {Sizes(own.Shape.Length)}.");
        }

        for (var i = 0; own.HasShape && given.HasShape && i < own.Shape.Length; i++)
        {
            if (own.Shape[i].Size is { } fixedSize && given.Shape[i].Size is { } other && other != fixedSize)
            {
                return new HubFinding(true, own.Name, $"Size {i + 1} of input '{own.Name}' is {fixedSize} in the model, and {other} was given.", $"Give {fixedSize}: this size cannot be changed.");
            }
        }

        return own.Dtype is not TensorDtype.Unspecified && given.Dtype is not TensorDtype.Unspecified && own.Dtype != given.Dtype
            ? new HubFinding(true, own.Name, $"Input '{own.Name}' is {Type(own)} in the model, and {Type(given)} was given.", $"Give {Type(own)}.")
            : null;
    }

    private static string Cause(TensorSpec input) => !input.HasShape ? $"The shape of input '{input.Name}' is not known: the model does not say it."
        : $"Input '{input.Name}' has {(input.Shape.Count(d => d.Size is null) == 1 ? "a size that is" : "sizes that are")} not fixed: {input.ShapeText}.";

    private static string Names(ImmutableArray<TensorSpec> specs) => string.Join(", ", specs.Select(s => $"'{s.Name}'"));

    private static string Shown(TensorSpec spec) => spec.Shape.IsEmpty ? "a scalar" : $"{spec.ShapeText} ({Sizes(spec.Shape.Length)})";

    private static string Sizes(int count) => count == 1 ? "1 size" : $"{count} sizes";

    private static string Type(TensorSpec spec) => spec.Dtype.ToString().ToLowerInvariant();
}
