using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Models.Deploy;

/// <summary>Knows the sizes that a deployed artifact of AI Hub was compiled for, so that it is run and measured with those and no others.</summary>
public interface IArtifactInputs
{
    /// <summary>The inputs of a stored model.</summary>
    /// <param name="source">Where the store says that it came from; null or other sources know none.</param>
    Task<ArtifactInputs> OfAsync(string? source, CancellationToken cancellationToken);
}

/// <summary>The inputs of an artifact.</summary>
/// <param name="All">Every input with the sizes it is run with; null when they are not known.</param>
/// <param name="Given">What a run has to name, because the file leaves it open.</param>
public sealed record ArtifactInputs(ImmutableArray<TensorInfo>? All, ImmutableArray<OnnxInput> Given)
{
    /// <summary>Nothing is known.</summary>
    public static ArtifactInputs Unknown { get; } = new(null, []);

    /// <summary>Options of a run with these sizes.</summary>
    /// <param name="iterations">Measured runs; null for the usual number.</param>
    public OnnxOptions Options(int? iterations = null) => new(iterations, Inputs: Given.IsDefaultOrEmpty ? null : Given);
}
