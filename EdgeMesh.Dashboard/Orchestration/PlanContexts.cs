using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What decisions are made with besides the request and the fleet, as it is now: the same for the preview, a submission and a placement later.</summary>
public sealed class PlanContexts(IFleet fleet, IModelSettings models, IPublishedFigures published, TimeProvider time)
{
    /// <param name="noTryOutModels">Built-in models for trying out are left out.</param>
    public PlanContext Now(bool noTryOutModels = false) => new(time.GetUtcNow(), fleet.LocalDevice, models.Current, published.Current, noTryOutModels);
}
