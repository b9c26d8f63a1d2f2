using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Models.Deploy;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Sizes of stored artifacts, by their source.</summary>
public sealed class FakeArtifactInputs : IArtifactInputs
{
    public Dictionary<string, ArtifactInputs> Known { get; } = [];

    public Task<ArtifactInputs> OfAsync(string? source, CancellationToken cancellationToken) => Task.FromResult(Known.GetValueOrDefault(source ?? "", ArtifactInputs.Unknown));

    /// <summary>One input whose size the file leaves open.</summary>
    public static ArtifactInputs Open(string name, params long[] shape) => new([new TensorInfo(name, "float32", [.. shape])], [new OnnxInput(name, [.. shape])]);
}
