using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>Why a device does not run the model that a request names although it has it. Pure.</summary>
public static class NamedModel
{
    /// <summary>Null when no model is named, when the device does not have it, and when nothing particular is known.</summary>
    public static string? Reject(DeviceSnapshot device, FilterContext context)
    {
        if (context.Request.Model is not { } wanted)
        {
            return null;
        }

        var having = device.Runtimes.SelectMany(r => r.Models.Where(m => m.Id == wanted).Select(m => (Runtime: r, Model: m))).ToList();
        return having.Find(h => h.Runtime.State == RuntimeState.Down && SkillFilter.Fits(h.Model, context)).Runtime is { } down ? $"{down.Name}, which has {wanted}, is down: {down.Reason}"
            : having.Find(h => h.Model.CannotRun is not null).Model is { } useless ? $"{wanted} cannot run there: {useless.CannotRun}"
            : null;
    }
}
