using System.Security.Cryptography;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Models.Deploy;

/// <summary>Checks an artifact against its checksum and the devices, and gives it to the transfers.</summary>
public sealed class ArtifactDeployment(IFleet fleet, IModels models) : IArtifactDeployment
{
    public ImmutableArray<ArtifactPlace> Places(ArtifactFacts artifact) => [.. fleet.Current.Devices.Select(d => Place(d, artifact))];

    public async Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(ArtifactOrder order, CancellationToken cancellationToken)
    {
        if (Refuse(order) is { } refused)
        {
            return ([], refused);
        }

        var (bytes, problem) = await CheckAsync(order, cancellationToken);
        return problem is not null ? ([], problem) : await models.InstallAsync(
            new ModelOrder(order.Devices, new ModelSource.Artifact(order.Path, new ModelFileInfo(order.FileName, order.Sha256.ToLowerInvariant(), bytes), order.Artifact.Kind, order.Origin), order.Name, [], EvenIfMemoryIsShort: false),
            cancellationToken);
    }

    private static ArtifactPlace Place(DeviceSnapshot device, ArtifactFacts artifact) =>
        new(device.Id, device.Name, device.Ordinal, device.State == DeviceState.Online, ChipsetMatch.Fit(artifact, device));

    private Problem? Refuse(ArtifactOrder order)
    {
        if (order.FileName.Length > 200 || !SafePath.IsFileName(order.FileName))
        {
            return ModelProblems.NameWrong(order.FileName);
        }

        foreach (var device in order.Devices.Select(fleet.Current.Find).OfType<DeviceSnapshot>())
        {
            if (ChipsetMatch.Fit(order.Artifact, device) is { Fits: false, Why: var why })
            {
                return ModelProblems.DoesNotFit(device.Name, order.Name, why);
            }
        }

        return null;
    }

    private static async Task<(long Bytes, Problem? Problem)> CheckAsync(ArtifactOrder order, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(order.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, useAsync: true);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
            return hash.Equals(order.Sha256, StringComparison.OrdinalIgnoreCase) ? (file.Length, null) : (0, ModelProblems.ArtifactDamaged(order.FileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, ModelProblems.ArtifactUnread(order.FileName, e.Message));
        }
    }
}
