using EdgeMesh.Core.Placement;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What decisions are made with besides the request and the fleet, as it is now: the same for the preview, a submission and a placement later.</summary>
public sealed class PlanContexts(
    IFleet fleet, IModelSettings models, IPublishedFigures published, IEnumerable<IPlacementFilter> filters, OrchestratorOptions options, OrchestratorEpoch epoch, TimeProvider time)
{
    private readonly ImmutableArray<IPlacementFilter> _filters = [.. filters];

    /// <param name="caller">Who asks.</param>
    /// <param name="noTryOutModels">Built-in models for trying out are left out.</param>
    /// <param name="accepted">Work that was accepted waits longer for devices that are away than a submission is accepted for one.</param>
    public PlanContext Now(string caller, bool noTryOutModels = false, bool accepted = false) => new(
        time.GetUtcNow(), fleet.LocalDevice, models.Current, published.Current, noTryOutModels, new Absence(epoch.Up, accepted ? options.WaitForDevice : options.ReattachFor), caller) { Filters = _filters };
}
