using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>Why a device does not run the model that a request names although it has it. Pure.</summary>
public static class NamedModel
{
    /// <summary>What is in its way, the nearest thing first; null when no model is named, and when the device does not have it.</summary>
    public static string? Reject(DeviceSnapshot device, FilterContext context)
    {
        if (context.Request.Model is not { } wanted)
        {
            return null;
        }

        var having = device.Runtimes.SelectMany(r => r.Models.Where(m => m.Id == wanted).Select(m => (Runtime: r, Model: m))).ToList();
        var fitting = having.FindAll(h => SkillFilter.Fits(h.Model, context));
        return having.Count == 0 ? null
            : fitting.Find(h => h.Runtime.State == RuntimeState.Down).Runtime is { } down ? $"{down.Name}, which has {wanted}, is down: {down.Reason}"
            : fitting.Find(h => h.Runtime.State != RuntimeState.Ready).Runtime is { } late ? $"{late.Name}, which has {wanted}, is not ready."
            : fitting is [var other, ..] && AcceleratorFilter.Required(context.Request.Policy) is { } kind && other.Runtime.Accelerator != kind ? $"{other.Runtime.Name}, which has {wanted}, does not use the {kind}."
            : having.Find(h => h.Model.CannotRun is not null).Model is { } useless ? $"{wanted} cannot run there: {useless.CannotRun}"
            : $"{wanted} is not made for {context.Purpose}.";
    }
}
