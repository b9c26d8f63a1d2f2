using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;

namespace EdgeMesh.Core.Planning;

/// <summary>
/// Where a task that runs may be done a second time, by the same filters, prices and order as any placement, and with three conditions more: the device has a slot and memory for it now,
/// nothing waits there that it would delay, and its model is as good as the first one. Pure.
/// </summary>
public static class SecondPlacement
{
    /// <summary>The best such place where the task is likely to be done within a time, or null.</summary>
    /// <param name="fleet">With what was placed a moment ago.</param>
    /// <param name="tried">The first device, and what failed the task before.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="modelId">With which model.</param>
    /// <param name="withinMs">The most milliseconds of its own work.</param>
    public static Candidate? Find(PlannedTask task, TaskLoad load, JobRequest request, FleetSnapshot fleet, PlanContext context, Tried tried, DeviceId device, string modelId, double withinMs)
    {
        if (fleet.Find(device)?.Runtimes.SelectMany(r => r.Models).FirstOrDefault(m => m.Id == modelId) is not { } model)
        {
            return null;
        }

        var rank = Policies.For(request.Policy).Rank(device, context);
        var preference = ModelPreferences.Rank(context.Preferences?.Of(request.Kind) ?? [], modelId);
        var quality = ModelQuality.For(model, task.Skill);
        return Placer.Survey(task, load, fleet, PlanningPipeline.Again(task, request, context, tried)).Candidates
            .Find(c => (c.Rank, c.Preference, -c.Quality).CompareTo((rank, preference, -quality)) <= 0 && IsFree(c) && c.Own.P50Ms < withinMs);
    }

    // Memory that gets free later is somebody's who waits, or works.
    private static bool IsFree(Candidate c) =>
        c.Memory.Answer == MemoryAnswer.Now && c.Device.Lanes.All(l => l.WaitingMs.IsEmpty) && c.Device.LaneOf(c.Runtime) is var lane && lane.RunningMs.Length < lane.Slots;
}
