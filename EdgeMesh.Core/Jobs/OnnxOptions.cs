using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Jobs;

/// <summary>
/// Running an ONNX model so often, to measure it. Inputs that are not given are made from a seed: numbers below 1, and 0 or 1 where
/// whole numbers are wanted.
/// </summary>
/// <param name="Iterations">Measured runs, 1 to 10,000; default 20. Fewer when they would take longer than a minute.</param>
/// <param name="WarmUp">Runs before them that do not count, 0 to 1,000; default 2.</param>
/// <param name="Seed">Of the inputs that are made; default 0.</param>
/// <param name="File">The model's file where a model has several, such as <c>onnx/model.onnx</c>.</param>
/// <param name="Inputs">Sizes or contents of inputs; the others are made.</param>
/// <param name="Npz">A NumPy .npz with inputs by their names, in Base64.</param>
[GenerateSerializer, Immutable]
public sealed record OnnxOptions(
    int? Iterations = null, int? WarmUp = null, long? Seed = null, string? File = null, ImmutableArray<OnnxInput>? Inputs = null, string? Npz = null) : JobOptions
{
    /// <summary>Measured runs unless asked otherwise.</summary>
    public const int UsualIterations = 20;

    /// <summary>Warm-up runs unless asked otherwise.</summary>
    public const int UsualWarmUp = 2;

    [JsonIgnore]
    public override JobKind Kind => JobKind.Onnx;

    /// <summary>Runs in all.</summary>
    public int TotalRuns() => (Iterations ?? UsualIterations) + (WarmUp ?? UsualWarmUp);
}

/// <summary>One input of a model.</summary>
/// <param name="Name">As the model calls it.</param>
/// <param name="Shape">Its sizes; null takes the model's, with 1 for those that it leaves open.</param>
/// <param name="Data">A NumPy .npy, or the plain little-endian numbers in the model's type and the order of the shape, in Base64; null is made.</param>
[GenerateSerializer, Immutable]
public sealed record OnnxInput(string Name, ImmutableArray<long>? Shape = null, string? Data = null);
