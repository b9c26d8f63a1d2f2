using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>The policies by name; those without a preference of their own share <see cref="SoonestPolicy"/>.</summary>
public static class Policies
{
    private static readonly IPlacementPolicy[] All =
    [
        new PreferLocalPolicy(), new PreferRemotePolicy(), new SoonestPolicy(JobPolicy.BestAvailable), new SoonestPolicy(JobPolicy.RequireNpu),
        new SoonestPolicy(JobPolicy.RequireGpu), new SoonestPolicy(JobPolicy.ForceDevice), new SoonestPolicy(JobPolicy.LowPower),
    ];

    public static IPlacementPolicy For(JobPolicy policy) => Array.Find(All, p => p.Policy == policy)!;
}

/// <summary>No preference: the better model, then the soonest result.</summary>
public sealed class SoonestPolicy(JobPolicy policy) : IPlacementPolicy
{
    public JobPolicy Policy => policy;

    public string Because => "";

    public int Rank(DeviceId device, PlanContext context) => 0;
}

/// <summary>This computer when it can.</summary>
public sealed class PreferLocalPolicy : IPlacementPolicy
{
    public JobPolicy Policy => JobPolicy.PreferLocal;

    public string Because => "It is this computer, as you prefer.";

    public int Rank(DeviceId device, PlanContext context) => device == context.LocalDevice ? 0 : 1;
}

/// <summary>Any other device when one can.</summary>
public sealed class PreferRemotePolicy : IPlacementPolicy
{
    public JobPolicy Policy => JobPolicy.PreferRemote;

    public string Because => "It is not this computer, as you prefer.";

    public int Rank(DeviceId device, PlanContext context) => device == context.LocalDevice ? 1 : 0;
}
