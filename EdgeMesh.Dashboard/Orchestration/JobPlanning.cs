using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Orchestration.Attempts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Where a job's work goes: its plan, what that means for the job, and whether it goes elsewhere while its device is away.</summary>
internal sealed class JobPlanning(PlacedWork placed, PlanContexts contexts, TimeProvider time)
{
    /// <summary>The plan as it would be now.</summary>
    /// <param name="noTryOutModels">No model for trying out may do it.</param>
    /// <param name="forAway">Devices that are away are waited for.</param>
    public PlanResult Plan(JobView view, bool noTryOutModels, bool forAway = true)
    {
        var context = contexts.Now(view.Caller, noTryOutModels, accepted: true);
        return placed.Decide(view.Id, view.Request, view.Caller, fleet => PlanningPipeline.Plan(view.Request, fleet, forAway ? context : context with { Absence = null }));
    }

    /// <summary>What a plan makes of a job: its first attempts, or its end when it was refused; nothing while it may wait.</summary>
    public (List<JobEvent> Events, List<AttemptOrder> Orders) Begin(JobView view, PlanResult result, bool isRehearsal)
    {
        List<JobEvent> events = [];
        List<AttemptOrder> orders = [];
        if (result is { Plan: { } plan, Predicted: { } predicted })
        {
            events.Add(new PlanMade(time.GetUtcNow(), plan, result.Devices, predicted));
            view = JobReducer.Apply(view, events[^1])!;
            foreach (var task in JobProgress.Ready(view))
            {
                var placement = plan.Placements[task.Id.Number - 1];
                events.Add(new AttemptPlaced(time.GetUtcNow(), task.Id, 1, placement.Device, placement.DeviceName, placement.RuntimeId, placement.ModelId, placement.Predicted, placement.Reason));
                orders.Add(AttemptOrders.New(view, new(task.Planned, placement, 1, JobProgress.InputText(view, task.Planned)), time.GetUtcNow(), isRehearsal));
            }
        }
        else if (result.Refusal is { } refusal)
        {
            events.Add(new JobEnded(time.GetUtcNow(), JobState.Failed, new JobError(refusal.Title, refusal.Detail, refusal.Code, refusal.Remedy)));
        }

        return (events, orders);
    }

    /// <summary>Whether a device that did not have the task yet is likely to be done with it sooner than the one that is away. While another one works on it, that one is waited for as long as it is expected back.</summary>
    /// <param name="remainingMs">What is left of it there.</param>
    /// <param name="away">Since the link ended.</param>
    /// <param name="reattachFor">The device is expected back for so long.</param>
    public bool IsSoonerElsewhere(JobView view, TaskView task, double remainingMs, TimeSpan away, TimeSpan reattachFor)
    {
        if (task.Open.Count() > 1)
        {
            return away >= reattachFor;
        }

        var load = TaskLoad.Of(JobProgress.InputText(view, task.Planned), task.Planned.Options);
        var fleet = placed.Current;
        var soFar = task.Current is { } there ? Seams.Of(task, there, fleet) : null;
        return PlanningPipeline.PlaceAgain(task.Planned, load, view.Request, fleet, contexts.Now(view.Caller), new Tried([.. task.Attempts.Select(a => a.DeviceId)], []), soFar).Placement is { } other
            && Reattachment.IsSoonerElsewhere(other.Predicted.P50Ms, remainingMs, away, reattachFor);
    }
}
