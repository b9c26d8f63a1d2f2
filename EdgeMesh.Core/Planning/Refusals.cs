using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;

namespace EdgeMesh.Core.Planning;

/// <summary>Why no device can run a request, as one problem with a remedy. Pure.</summary>
public static class Refusals
{
    public static Problem Explain(FilterContext context, FleetSnapshot fleet, ImmutableArray<DeviceVerdict> verdicts)
    {
        var request = context.Request;
        if (fleet.Devices.IsEmpty)
        {
            return new("no_device", "No device has joined yet.", "A job runs on a device.", "Add a device on the Fleet page.");
        }

        if (request.Policy == JobPolicy.ForceDevice && request.DeviceId is { } id)
        {
            if (fleet.Find(id) is not { } device)
            {
                return new("device_unknown", "There is no such device.", $"No device with the id {id.Short} is in this mesh.", "Choose one of the devices on the Fleet page.", "deviceId");
            }

            var verdict = verdicts.First(v => v.DeviceId == id);
            var offline = verdict.Filter == "online";
            return new(offline ? "device_offline" : "device_cannot", $"{device.Name} cannot run this now.", $"{device.Name}: {verdict.Reason}",
                device.State == DeviceState.Draining ? $"Resume {device.Name}, or choose another device."
                : offline ? $"Bring {device.Name} back, or choose another device."
                : NearestFix(context, fleet with { Devices = [device] }, [verdict]) ?? "Choose another device or policy.", "deviceId");
        }

        if (request.Model is { } model && !fleet.Devices.Any(d => d.Runtimes.Any(r => r.Models.Any(m => m.Id == model))))
        {
            var known = fleet.Devices.SelectMany(d => d.Runtimes).SelectMany(r => r.Models.Where(m => IsOffered(m, r, request))).Select(m => m.Id).Distinct().Take(8).ToList();
            return new("model_unknown", "There is no such model.", $"No device has the model {model}. {(known.Count == 0 ? "There are none yet." : "There are: " + string.Join(", ", known) + ".")}",
                request.Kind == JobKind.Onnx ? "Name one of these, or get the model on a device." : "Leave the model out, or name one of these.", "model");
        }

        return new("no_device_can", "No device can run this yet.", string.Join(" ", verdicts.Take(5).Select(v => $"{v.Name}: {v.Reason}")),
            NearestFix(context, fleet, verdicts) ?? Wider(request, verdicts));
    }

    private static bool IsOffered(ModelInfo model, RuntimeInfo runtime, JobRequest request) =>
        runtime.State != RuntimeState.Down && (request.Kind == JobKind.Onnx ? runtime.TaskKinds.Contains(TaskKind.OnnxRun) && model.RunsAsOnnx : !model.Skills.IsEmpty);

    // What is there already and is kept from running by one thing: that one thing is the fix, before anything is bought or fetched.
    private static string? NearestFix(FilterContext context, FleetSnapshot fleet, ImmutableArray<DeviceVerdict> verdicts)
    {
        var having = fleet.Devices.Where(d => d.Runtimes.Any(r => SkillFilter.FitsWhenReady(r, context))).ToList();
        foreach (var device in having.Where(d => d.State == DeviceState.Online))
        {
            if (device.Runtimes.FirstOrDefault(r => r.State == RuntimeState.Down && SkillFilter.FitsWhenReady(r, context)) is { } down)
            {
                return $"Start {down.Name} on {device.Name} again; it is found by itself.";
            }
        }

        if (verdicts.FirstOrDefault(v => v.Filter == "ram") is { } full)
        {
            return $"Close programs on {full.Name}, or get a smaller model there.";
        }

        if (having.Find(d => d.State == DeviceState.Draining) is { } draining)
        {
            return $"Resume {draining.Name}: it has a model for this.";
        }

        if (having.Find(d => d.State is DeviceState.Suspect or DeviceState.Lost) is { } away)
        {
            return $"Bring {away.Name} back: it has a model for this.";
        }

        return verdicts.Any(v => v.Filter == ContextFit.Word) ? "Shorten the text, or get a model with a longer context on a device."
            : verdicts.Any(v => v.Filter == SizeFit.Word) ? "Leave width and height out, or ask for a size that a model makes." : null;
    }

    private static string Wider(JobRequest request, ImmutableArray<DeviceVerdict> verdicts) =>
        AcceleratorFilter.Required(request.Policy) is { } kind ? $"Choose \"Best available\", or add a device with {(kind == AcceleratorKind.NPU ? "an" : "a")} {kind}."
        : request.Kind == JobKind.Image ? "Get an image model on a device, or add a device that has one."
        : request.Kind == JobKind.Onnx ? "Get the model on a device that can run it; the Models page shows which device has which."
        : verdicts.All(v => v.Filter == "online") ? "Start an agent, or wait until a device is back."
        : request.Kind is JobKind.Chat or JobKind.Code ? "Start Ollama or LM Studio on a device, or get a model on the Models page."
        : "Get a fitting model on a device, or add a device that has one.";
}
