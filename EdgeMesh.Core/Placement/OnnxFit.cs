using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>Why a device cannot run an ONNX model that it has. Pure.</summary>
public static class OnnxFit
{
    /// <summary>Null for other tasks and for a device that does not have the model; else the nearest thing to run it and what is in its way.</summary>
    public static string? Reject(DeviceSnapshot device, FilterContext context)
    {
        if (context.Kind != TaskKind.OnnxRun || context.Request.Model is not { } wanted)
        {
            return null;
        }

        var having = device.Runtimes.SelectMany(r => r.Models.Where(m => m.Id == wanted).Select(m => (Runtime: r, Model: m))).ToList();
        if (having.Count == 0)
        {
            return null;
        }

        var onnx = having.FindAll(h => h.Runtime.TaskKinds.Contains(TaskKind.OnnxRun));
        if (onnx.Count == 0)
        {
            return $"{wanted} belongs to {having[0].Runtime.Name}; only ONNX models of the device's own store are run like this.";
        }

        var required = AcceleratorFilter.Required(context.Request.Policy);
        var fitting = required is null ? onnx : onnx.FindAll(h => h.Runtime.Accelerator == required);
        return fitting.Count == 0 ? $"ONNX Runtime there does not use the {required}."
            : fitting.Find(h => h.Model.RunsAsOnnx).Runtime is { State: not RuntimeState.Ready } down ? $"{down.Name} is not ready: {down.Reason}"
            : fitting[0].Model is { RunsAsOnnx: false, CannotRun: { } why } ? $"{wanted} cannot run: {why}" : null;
    }
}
