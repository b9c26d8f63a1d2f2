using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Placement;

/// <summary>A device that failed this task is not asked again.</summary>
public sealed class ExcludedFilter : IPlacementFilter
{
    public string Name => "failed";

    public string? Reject(DeviceSnapshot device, FilterContext context) =>
        !context.Excluded.IsEmpty && context.Excluded.Contains(device.Id) ? "It already failed this task." : null;
}
