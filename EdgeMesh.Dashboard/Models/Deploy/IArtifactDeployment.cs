using EdgeMesh.Core.Artifacts;

namespace EdgeMesh.Dashboard.Models.Deploy;

/// <summary>Puts compiled models of AI Hub into the stores of devices. The transfers are <see cref="IModels"/>' own: seen, cancelled and journaled there.</summary>
public interface IArtifactDeployment
{
    /// <summary>Every device of the mesh with whether the artifact fits, in join order.</summary>
    ImmutableArray<ArtifactPlace> Places(ArtifactFacts artifact);

    /// <summary>
    /// Checks the file and starts a transfer to each device; they end on their own. A problem when the order is wrong (a device it does not fit, a
    /// kind that is download-only, a file that is not what its checksum says): then nothing starts.
    /// </summary>
    Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(ArtifactOrder order, CancellationToken cancellationToken);
}

/// <summary>A device as a place for an artifact.</summary>
public sealed record ArtifactPlace(DeviceId Device, string Name, int Ordinal, bool Online, ArtifactFit Fit);

/// <summary>An artifact to put on devices.</summary>
/// <param name="Devices">Where to.</param>
/// <param name="Path">The file on this computer's disk; it must stay there until the transfers have ended.</param>
/// <param name="FileName">As AI Hub calls it, such as <c>model.onnx.zip</c>; the ending says whether it is unpacked.</param>
/// <param name="Sha256">What the file must hash to, 64 hex digits, taken when it was downloaded.</param>
/// <param name="Artifact">What it is and what for.</param>
/// <param name="Origin">Which job and model of AI Hub; the devices' stores keep it as the model's source.</param>
/// <param name="Name">The model's name in the mesh: letters, digits, dot, dash and underscore; else it is made to be.</param>
public sealed record ArtifactOrder(ImmutableArray<DeviceId> Devices, string Path, string FileName, string Sha256, ArtifactFacts Artifact, HubOrigin Origin, string Name);
