using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>REQUIRE_NPU and REQUIRE_GPU want one that a canary proved.</summary>
public sealed class AcceleratorFilter : IPlacementFilter
{
    public string Name => "accelerator";

    public string? Reject(DeviceSnapshot device, FilterContext context)
    {
        if (Required(context.Request.Policy) is not { } kind)
        {
            return null;
        }

        var found = device.Profile?.Accelerators.Where(a => a.Kind == kind).ToList() ?? [];
        return found.Any(a => a.Status == AcceleratorStatus.Proven) ? null
            : found.Any(a => a.Status == AcceleratorStatus.Detected) ? $"{kind} found, but no run has proven yet that it computes."
            : $"No {kind}.";
    }

    /// <summary>The accelerator a policy requires, or null.</summary>
    public static AcceleratorKind? Required(JobPolicy policy) => policy switch
    {
        JobPolicy.RequireNpu => AcceleratorKind.NPU,
        JobPolicy.RequireGpu => AcceleratorKind.GPU,
        _ => null,
    };
}
