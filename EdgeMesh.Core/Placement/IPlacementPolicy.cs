using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>A soft preference between devices that passed every filter: a lower rank goes first, before quality and time.</summary>
public interface IPlacementPolicy
{
    JobPolicy Policy { get; }

    /// <summary>0 is preferred; equal ranks are decided by quality tier, then time.</summary>
    int Rank(DeviceId device, PlanContext context);

    /// <summary>Why a device of rank 0 was preferred; empty when time decides.</summary>
    string Because { get; }
}
