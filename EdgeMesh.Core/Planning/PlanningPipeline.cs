using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Scheduling;

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
        var load = TaskLoad.Of(request.Text, request.Options);
        var whole = Placer.Survey(sample, load, fleet, filter);
        if (whole.AnyTooShort && request.Kind == JobKind.Summarize && InParts(request, sample, load, fleet, filter, whole) is { } split)
        {
            return split;
        }

        if (whole.Candidates.Count == 0)
        {
            var verdicts = Verdicts.Explain(fleet, whole, [], filter);
            var waitsFor = whole.Devices.Any(d => d.Filter == StartingFilter.Word) ? PlanWords.WaitsForStart : WaitsForReturn(request, fleet, context);
            return new PlanResult(fleet.Version, null, null, verdicts, null, waitsFor, waitsFor is null ? Refusals.Explain(filter, fleet, verdicts) : null, waitsFor is not null);
        }

        return Result(fleet, Assign(request, whole.Candidates, filter), whole, filter, null, null);
    }

    /// <summary>Places one task again, after a failure or refusal, or when its stage opens, on a fresh snapshot.</summary>
    /// <param name="load">Of the task's real input (a later stage's is known only now).</param>
    /// <param name="tried">What must not be used again for this task.</param>
    /// <param name="soFar">What an attempt wrote before it was lost; the same model goes on with it where it can. Null: everyone starts over.</param>
    /// <returns>The placement, or null with every device's verdict.</returns>
    public static (TaskPlacement? Placement, ImmutableArray<DeviceVerdict> Devices) PlaceAgain(
        PlannedTask task, TaskLoad load, JobRequest request, FleetSnapshot fleet, PlanContext context, Tried tried, TextSoFar? soFar = null)
    {
        var filter = Again(task, request, context, tried) with { SoFar = soFar };
        var found = Placer.Survey(task, load, fleet, filter);
        if (task.OnDevice is { } only)
        {
            found = found.Without(d => d.Id != only, "bound", "This task is about another device.");
        }

        var placement = found.Candidates is [var first, ..] ? Place(task, first, found.Candidates.ElementAtOrDefault(1), first.WaitMs, filter) : null;
        placement = placement is not null && task.OnDevice is not null ? placement with { Reason = "This task is about this device." } : placement;
        return (placement, Verdicts.Explain(fleet, found, placement is null ? [] : [placement], filter));
    }

    /// <summary>
    /// The most tokens that the best models now read at once for a task whose input may have come out longer than planned; null when no model can
    /// do it at all, or one of them has no limit.
    /// </summary>
    public static int? LongestRoom(PlannedTask task, TaskLoad load, JobRequest request, FleetSnapshot fleet, PlanContext context, Tried tried)
    {
        var found = Placer.Survey(task, load, fleet, Again(task, request, context, tried), inParts: true);
        var rooms = found.Candidates.Where(c => c.IsEqualTo(found.Candidates[0])).Select(c => ContextFit.Room(c.Model, task.Kind, task.Options)).ToList();
        return rooms.Contains(null) ? null : rooms.Max();
    }

    // Which devices that are away for a moment could do it, or may be able to, in words; null when none could.
    private static string? WaitsForReturn(JobRequest request, FleetSnapshot fleet, PlanContext context)
    {
        if (context.Absence is not { } absence || fleet.Devices.Where(d => absence.Expects(d, context.Now)).ToList() is not [_, ..] away)
        {
            return null;
        }

        var returned = Plan(request, absence.Returned(fleet, context.Now), context with { Absence = null });
        return returned is { Plan: null, MayWait: false } ? null : PlanWords.WaitsForReturn(away);
    }

    /// <summary>What a later placement is held against: a model for trying out never stands in for the one that was planned, as what it says is no answer.</summary>
    internal static FilterContext Again(PlannedTask task, JobRequest request, PlanContext context, Tried tried) =>
        new(request, task.Kind, task.Skill, context with { NoTryOutModels = context.NoTryOutModels || !task.OnTryOutModel }, tried.Devices) { FailedModels = tried.Models };

    // A better model in parts wins over a plainer one at once; among equals the faster way does.
    private static PlanResult? InParts(JobRequest request, PlannedTask sample, TaskLoad load, FleetSnapshot fleet, FilterContext filter, Surveyed whole)
    {
        var able = Placer.Survey(sample, load, fleet, filter, inParts: true);
        var equals = able.Candidates.FindAll(c => c.IsEqualTo(able.Candidates[0]));
        if (equals.Count == 0 || SummaryInParts.Fastest(request, equals, load) is not { } split)
        {
            return null;
        }

        var total = PlanTotal.Of(split);
        var devices = split.Placements.Select(p => p.Device).Distinct().Count();
        if (whole.Candidates is not [var best, ..] || !best.IsEqualTo(equals[0]))
        {
            return Result(fleet, split, able, filter, null, PlanWords.LongerThanContext(split));
        }

        var single = Assign(request, whole.Candidates, filter);
        var alone = PlanTotal.Of(single);
        return alone.P50Ms <= total.P50Ms
            ? Result(fleet, single, whole, filter, new PlanAlternative(split, total), PlanWords.OneIsFaster(devices, total.P50Ms))
            : Result(fleet, split, able, filter, new PlanAlternative(single, alone), PlanWords.PartsAreFaster(devices, alone.P50Ms));
    }

    private static PlanResult Result(FleetSnapshot fleet, Plan plan, Surveyed found, FilterContext filter, PlanAlternative? alternative, string? note)
    {
        note ??= found.Candidates.Any(c => c.Device.Id == plan.Placements[0].Device && TryOutModel.Is(c.Model, filter.Skill)) ? PlanWords.BuiltInToy(filter.Skill) : null;
        return new PlanResult(fleet.Version, plan, PlanTotal.Of(plan), Verdicts.Explain(fleet, found, plan.Placements, filter), alternative, note, null, false);
    }

    // Each task goes to the device that would end it first, given what this plan has put there already.
    private static Plan Assign(JobRequest request, List<Candidate> candidates, FilterContext filter)
    {
        var everywhere = request.Kind == JobKind.Sysinfo || request.Options is EchoOptions { Count: null };

        // Preference and quality come before time: only equals of the best candidate share the work, unless every device is meant.
        var equals = everywhere ? candidates : candidates.FindAll(c => c.IsEqualTo(candidates[0]));
        var devices = WorkerLimit.Take(equals, request);
        var count = Planner.TaskCount(request, devices.Count);
        var tasks = ImmutableArray.CreateBuilder<PlannedTask>(count);
        var placements = ImmutableArray.CreateBuilder<TaskPlacement>(count);
        var runnerUp = devices.Count > 1 ? devices[1] : candidates.Count > 1 ? candidates[1] : null;

        // Light tasks are shared as if one were done after the other, and wait for nothing.
        var light = filter.Kind.IsLight();
        ImmutableArray<Turn> turns = everywhere
            ? [.. devices.Select((c, i) => new Turn(i, c.WaitMs))]
            : ListScheduling.Assign(devices.ConvertAll(c => new WorkPlace(light ? new LaneSchedule(Lane.Idle(c.Runtime.Id, 1)) : c.Schedule(), c.Own.P50Ms)), count);
        for (var number = 1; number <= count; number++)
        {
            var (index, wait) = turns[number - 1];
            var task = Planner.Task(request, number, count, everywhere ? devices[index].Device.Id : null) with { OnTryOutModel = TryOutModel.Is(devices[index].Model, filter.Skill) };
            tasks.Add(task);
            placements.Add(Place(task, devices[index], runnerUp, light ? 0 : wait, filter));
        }

        var used = placements.Select(p => p.Device).Distinct().Count();
        return used == 1
            ? new Plan(tasks.ToImmutable(), placements.ToImmutable(), everywhere ? "Every device" : "One device")
            : new Plan(tasks.ToImmutable(), [.. placements.Select(p => p with { Reason = Verdicts.Shared(used, everywhere), RunnerUp = null })], everywhere ? "Every device" : $"Spread over {used} devices");
    }

    private static TaskPlacement Place(PlannedTask task, Candidate candidate, Candidate? runnerUp, double waitMs, FilterContext filter)
    {
        return new TaskPlacement(
            task.Id, candidate.Device.Id, candidate.Device.Name, candidate.Runtime.Id, candidate.Model.Id, candidate.Runtime.Accelerator, candidate.Own.After(waitMs),
            candidate.GoesOn ? PlanWords.GoesOn(Verdicts.Chosen(candidate, runnerUp, filter), filter.SoFar!) : Verdicts.Chosen(candidate, runnerUp, filter), runnerUp?.Device.Id) { GoesOn = candidate.GoesOn };
    }
}
