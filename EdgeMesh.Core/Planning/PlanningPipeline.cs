using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;

namespace EdgeMesh.Core.Planning;

/// <summary>
/// Planner → CostModel → Placer, pure: the preview on the form and the run call the same method, so what is shown is what runs.
/// </summary>
public static class PlanningPipeline
{
    /// <summary>Plans a valid request on a snapshot. Never throws for an impossible request: it is refused with reasons.</summary>
    public static PlanResult Plan(JobRequest request, FleetSnapshot fleet, PlanContext context)
    {
        var (kind, skill) = Planner.TaskOf(request.Kind);
        var filter = new FilterContext(request, kind, skill, context, []);
        var sample = Planner.Task(request, 1, 1, null);
        var (candidates, rejected) = Placer.Survey(sample, Planner.InputChars(request), fleet, filter);
        if (candidates.Count == 0)
        {
            var mayWait = rejected.Values.Any(r => r.Filter == StartingFilter.Word);
            var verdicts = Verdicts.Explain(fleet, candidates, rejected, [], filter);
            return new PlanResult(fleet.Version, null, null, verdicts, null, null, mayWait ? null : Refusals.Explain(request, fleet, verdicts), mayWait);
        }

        var plan = Assign(request, candidates, filter);
        return new PlanResult(
            fleet.Version, plan, Total(plan), Verdicts.Explain(fleet, candidates, rejected, plan.Placements, filter), null, null, null, false);
    }

    /// <summary>Places one task again, after a failure or refusal, on a fresh snapshot.</summary>
    /// <param name="inputChars">Characters of the task's real input (a reduce task's is known only now).</param>
    /// <param name="excluded">Devices that must not be used again for this task.</param>
    /// <returns>The placement, or null with every device's verdict.</returns>
    public static (TaskPlacement? Placement, ImmutableArray<DeviceVerdict> Devices) PlaceAgain(
        PlannedTask task, int inputChars, JobRequest request, FleetSnapshot fleet, PlanContext context, ImmutableHashSet<DeviceId> excluded)
    {
        var filter = new FilterContext(request, task.Kind, task.Skill, context, excluded);
        var (candidates, rejected) = Placer.Survey(task, inputChars, fleet, filter);
        foreach (var other in candidates.Where(c => task.OnDevice is { } only && c.Device.Id != only))
        {
            rejected[other.Device.Id] = ("bound", "This task is about another device.");
        }

        candidates.RemoveAll(c => rejected.ContainsKey(c.Device.Id));
        var placement = candidates.Count == 0 ? null : Place(task, candidates[0], candidates.Count > 1 ? candidates[1] : null, 0, filter);
        return (placement, Verdicts.Explain(fleet, candidates, rejected, placement is null ? [] : [placement], filter));
    }

    // List scheduling: each task goes to the device that would finish it first, given what this plan has put there already.
    private static Plan Assign(JobRequest request, List<Candidate> candidates, FilterContext filter)
    {
        var everywhere = request.Kind == JobKind.Sysinfo || request.Options is EchoOptions { Count: null };

        // Preference and quality come before time: only equals of the best candidate share the work, unless every device is meant.
        var equals = everywhere ? candidates : candidates.FindAll(c => c.Rank == candidates[0].Rank && c.Model.QualityTier == candidates[0].Model.QualityTier);
        var devices = equals.Take(Math.Min(request.MaxWorkers ?? int.MaxValue, equals.Count)).ToList();
        var count = Planner.TaskCount(request, devices.Count);
        var tasks = ImmutableArray.CreateBuilder<PlannedTask>(count);
        var placements = ImmutableArray.CreateBuilder<TaskPlacement>(count);
        var runnerUp = devices.Count > 1 ? devices[1] : candidates.Count > 1 ? candidates[1] : null;
        var load = new PriorityQueue<int, (double Finish, int Index)>();
        for (var i = 0; i < devices.Count; i++)
        {
            load.Enqueue(i, (devices[i].Price.P50Ms, i));
        }

        for (var number = 1; number <= count; number++)
        {
            int index;
            double added = 0;
            if (everywhere)
            {
                index = number - 1;
            }
            else
            {
                load.TryDequeue(out index, out var at);
                added = at.Finish - devices[index].Price.P50Ms;
                load.Enqueue(index, (at.Finish + Work(devices[index]), index));
            }

            var task = Planner.Task(request, number, count, everywhere ? devices[index].Device.Id : null);
            tasks.Add(task);
            placements.Add(Place(task, devices[index], count == 1 ? runnerUp : null, added, filter));
        }

        var used = placements.Select(p => p.Device).Distinct().Count();
        return new Plan(tasks.ToImmutable(), placements.ToImmutable(), everywhere ? "Every device" : used == 1 ? "One device" : $"Spread over {used} devices");
    }

    private static double Work(Candidate candidate) => Math.Max(0.01, candidate.Price.P50Ms - candidate.Device.QueuedWorkMs);

    private static TaskPlacement Place(PlannedTask task, Candidate candidate, Candidate? runnerUp, double addedMs, FilterContext filter)
    {
        var price = candidate.Price with { P50Ms = candidate.Price.P50Ms + addedMs, P90Ms = candidate.Price.P90Ms + addedMs };
        return new TaskPlacement(
            task.Id, candidate.Device.Id, candidate.Device.Name, candidate.Runtime.Id, candidate.Model.Id, candidate.Runtime.Accelerator, price,
            Verdicts.Chosen(candidate, runnerUp, filter), runnerUp?.Device.Id);
    }

    private static Estimate Total(Plan plan)
    {
        var slowest = plan.Placements.MaxBy(p => p.Predicted.P50Ms)!.Predicted;
        var ram = plan.Placements.All(p => p.Predicted.RamMb is not null) ? plan.Placements.Max(p => p.Predicted.RamMb) : null;
        var weakest = plan.Placements.Min(p => p.Predicted.Origin);
        return slowest with { P90Ms = plan.Placements.Max(p => p.Predicted.P90Ms), RamMb = ram, Origin = weakest };
    }
}
