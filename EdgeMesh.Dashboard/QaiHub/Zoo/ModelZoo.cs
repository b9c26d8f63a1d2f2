using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.QaiHub.Zoo;

/// <inheritdoc/>
public sealed class ModelZoo(IFleet fleet, IModels models, QaiHubOptions options) : IModelZoo
{
    public ImmutableArray<ZooModel> Models => ZooFacts.Models;

    public ImmutableArray<HubMeshDevice> InMesh(ZooChip chip) =>
        [.. fleet.Current.Devices.Where(d => ChipsetMatch.Has(d.Profile, chip.Target)).Select(d => new HubMeshDevice(d.Id, d.Name, d.Ordinal))];

    public string AddressOf(ZooBuild build, string release) => ZooAddress.Of(build, release, options.ZooAddress);

    public ImmutableArray<ArtifactPlace> Places(ZooBuild build) =>
        [.. fleet.Current.Devices.Select(d => new ArtifactPlace(d.Id, d.Name, d.Ordinal, d.State == DeviceState.Online, ChipsetMatch.Fit(build.Facts, d)))];

    public async Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> FetchAsync(ZooOrder order, CancellationToken cancellationToken) =>
        Check(order) is { } wrong ? ([], wrong) : await models.InstallAsync(Make(order), cancellationToken);

    private Problem? Check(ZooOrder order)
    {
        if (order.Release is { } release && !ZooAddress.IsRelease(release))
        {
            return new Problem("release_invalid", "This is not a release.", $"It is not a number such as {ZooFacts.Release}.", $"Give one such as {ZooFacts.Release}.", "release");
        }

        if (order.Address is { } address && ZooAddress.Wrong(address) is { } wrong)
        {
            return new Problem("address_invalid", "This address cannot be used.", wrong, "Copy the file's address from the model's page at aihub.qualcomm.com.", "address");
        }

        foreach (var device in order.Devices.Select(fleet.Current.Find).OfType<DeviceSnapshot>())
        {
            if (ChipsetMatch.Fit(order.Build.Facts, device) is { Fits: false, Why: var why })
            {
                return HubProblems.DoesNotFit(device.Name, why);
            }
        }

        return null;
    }

    // Under its own name, wherever it comes from, so that two precisions of one model can be there side by side.
    private ModelOrder Make(ZooOrder order)
    {
        var address = order.Address ?? AddressOf(order.Build, order.Release ?? ZooFacts.Release);
        var name = Path.GetFileNameWithoutExtension(ZooAddress.Of(order.Build, ZooFacts.Release));
        ArtifactKind? kind = order.Build.Runtime.Value == "genie" ? null : order.Build.Runtime.Kind;
        return new ModelOrder(order.Devices, new ModelSource.Url(address, null, null, kind), name, [], order.EvenIfMemoryIsShort);
    }
}
