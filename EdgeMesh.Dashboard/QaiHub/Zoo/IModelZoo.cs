using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;

namespace EdgeMesh.Dashboard.QaiHub.Zoo;

/// <summary>Qualcomm's public models, compiled and measured: facts that come with the dashboard, and the way of a file to devices. Needs no account.</summary>
public interface IModelZoo
{
    ImmutableArray<ZooModel> Models { get; }

    /// <summary>Devices of the mesh with this chip.</summary>
    ImmutableArray<HubMeshDevice> InMesh(ZooChip chip);

    /// <summary>Where a build is in a release.</summary>
    string AddressOf(ZooBuild build, string release);

    /// <summary>Every device of the mesh with whether a build fits, and why.</summary>
    ImmutableArray<ArtifactPlace> Places(ZooBuild build);

    /// <summary>Starts a transfer to each device, as for any model from an address.</summary>
    Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> FetchAsync(ZooOrder order, CancellationToken cancellationToken);
}

/// <summary>A build for devices.</summary>
/// <param name="Address">Where from; null takes that of the build in <paramref name="Release"/>.</param>
/// <param name="Release">Null takes the release of the figures.</param>
/// <param name="EvenIfMemoryIsShort">A person has read the estimate and wants it all the same.</param>
public sealed record ZooOrder(ZooBuild Build, ImmutableArray<DeviceId> Devices, string? Address = null, string? Release = null, bool EvenIfMemoryIsShort = false);
