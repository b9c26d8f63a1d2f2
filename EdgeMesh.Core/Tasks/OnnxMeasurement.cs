using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Tasks;

/// <summary>What running an ONNX model showed. All times were measured on the device; loading and runs are apart.</summary>
/// <param name="File">The model's file that ran.</param>
/// <param name="Iterations">Measured runs.</param>
/// <param name="WarmUp">Runs before them that do not count.</param>
/// <param name="Capped">Fewer runs than asked for: more would have taken too long.</param>
/// <param name="FirstLoadMs">Opening the model in a fresh process.</param>
/// <param name="WarmLoadMs">Opening it again in that process; null when the first took so long that it was not repeated.</param>
/// <param name="MinMs">The fastest run.</param>
/// <param name="P50Ms">Half of the runs were faster.</param>
/// <param name="P90Ms">Nine of ten runs were faster.</param>
/// <param name="MaxMs">The slowest run.</param>
/// <param name="Shares">Which execution provider ran how many nodes, as the profile of a run tells.</param>
/// <param name="Inputs">What it was given.</param>
/// <param name="Outputs">What it answered.</param>
/// <param name="Precompiled">The file holds a binary compiled for one chip.</param>
[GenerateSerializer, Immutable]
public sealed record OnnxMeasurement(
    string File,
    int Iterations,
    int WarmUp,
    bool Capped,
    double FirstLoadMs,
    double? WarmLoadMs,
    double MinMs,
    double P50Ms,
    double P90Ms,
    double MaxMs,
    ImmutableArray<ProviderNodes> Shares,
    ImmutableArray<TensorInfo> Inputs,
    ImmutableArray<TensorInfo> Outputs,
    bool Precompiled);

/// <summary>An execution provider and how many of a model's nodes it ran.</summary>
[GenerateSerializer, Immutable]
public sealed record ProviderNodes(string Provider, int Nodes);
