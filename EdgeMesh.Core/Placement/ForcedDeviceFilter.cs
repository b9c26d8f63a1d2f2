using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Placement;

/// <summary>FORCE_DEVICE leaves one device.</summary>
public sealed class ForcedDeviceFilter : IPlacementFilter
{
    public string Name => "forced";

    public string? Reject(DeviceSnapshot device, FilterContext context) =>
        context.Request.Policy == JobPolicy.ForceDevice && context.Request.DeviceId != device.Id ? "You asked for another device." : null;
}
