using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>What the pure steps need besides the request and the snapshot.</summary>
/// <param name="Now">The time of the decision.</param>
/// <param name="LocalDevice">The device the dashboard itself runs on, for PREFER_LOCAL and PREFER_REMOTE; null without one.</param>
/// <param name="Preferences">The models a person prefers; null prefers none.</param>
/// <param name="Published">What others measured of models that devices have; null knows nothing.</param>
/// <param name="Absence">How long a device that is not linked is waited for by work that only it can do; null waits for none.</param>
/// <param name="Caller">Who asks: callers take turns where there is not room for all. Empty is the dashboard itself.</param>
/// <param name="NoTryOutModels">Built-in models for trying out (tier 0) are left out: they do not stand in for a model that a person was promised.</param>
public sealed record PlanContext(
    DateTimeOffset Now, DeviceId? LocalDevice, ModelPreferences? Preferences = null, PublishedLatencies? Published = null, bool NoTryOutModels = false, Absence? Absence = null, string Caller = "")
{
    /// <summary>What a device must pass, in the order it is asked.</summary>
    public ImmutableArray<IPlacementFilter> Filters { get; init; } = PlacementFilters.Standard;
}
