namespace EdgeMesh.Core.Jobs;

/// <summary>An input or output of a model.</summary>
/// <param name="Type">Such as <c>float32</c> or <c>int64</c>.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Origin">Of an input: <c>made</c> or <c>given</c>; empty for an output.</param>
[GenerateSerializer, Immutable]
public sealed record TensorInfo(string Name, string Type, ImmutableArray<long> Shape, string Origin = "");
