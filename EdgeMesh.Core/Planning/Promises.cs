using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Planning;

/// <summary>What a placement means for the next decision: work in a lane, and memory of its model. Pure.</summary>
public static class Promises
{
    /// <summary>The same moment with an attempt that was just placed; a light one changes nothing.</summary>
    /// <param name="inputChars">Characters it reads.</param>
    /// <param name="caller">Whose it is.</param>
    public static FleetSnapshot With(this FleetSnapshot fleet, PlannedTask task, TaskPlacement placement, int inputChars, string caller = "") =>
        task.Kind.IsLight() ? fleet : fleet with { Devices = [.. fleet.Devices.Select(d => d.Id == placement.Device ? d.With(task, placement, inputChars, caller) : d)] };

    /// <inheritdoc cref="With(FleetSnapshot, PlannedTask, TaskPlacement, int, string)"/>
    public static DeviceSnapshot With(this DeviceSnapshot device, PlannedTask task, TaskPlacement placement, int inputChars, string caller = "")
    {
        if (task.Kind.IsLight() || device.Runtimes.FirstOrDefault(r => r.Id == placement.RuntimeId) is not { } runtime)
        {
            return device;
        }

        return device with
        {
            Lanes = device.Lanes.RemoveAll(l => l.RuntimeId == runtime.Id).Add(device.LaneOf(runtime).With(placement.Predicted.WorkP50Ms, caller)),
            InUse = runtime.Models.FirstOrDefault(m => m.Id == placement.ModelId) is { } model && MemoryNeed.Of(task, model, inputChars) is { } need
                ? Used(device.InUse, new ModelUse(runtime.Id, model.Id, model.ResidentBytes is null ? need.WeightsMb : 0, need.WorkMb))
                : device.InUse,
        };
    }

    /// <summary>The uses with one more: weights count once for each model, work for each attempt.</summary>
    public static ImmutableArray<ModelUse> Used(ImmutableArray<ModelUse> uses, ModelUse one)
    {
        for (var i = 0; i < uses.Length; i++)
        {
            if (uses[i].RuntimeId == one.RuntimeId && uses[i].ModelId == one.ModelId)
            {
                return uses.SetItem(i, uses[i] with { WeightsMb = Math.Max(uses[i].WeightsMb, one.WeightsMb), WorkMb = uses[i].WorkMb + one.WorkMb });
            }
        }

        return uses.Add(one);
    }
}
