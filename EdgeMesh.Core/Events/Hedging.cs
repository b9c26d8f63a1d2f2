using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;
using EdgeMesh.Core.Tasks;

namespace EdgeMesh.Core.Events;

/// <summary>Whether a second device is asked as well for a task whose first one takes far longer than predicted (a hedge). Pure.</summary>
public static class Hedging
{
    /// <summary>What ran there before is not given up on sooner, milliseconds: so little is not worth a second device.</summary>
    public const double LeastMeasuredMs = 10_000;

    /// <summary>The same for everything else, milliseconds: an engine may have to start or to load first, and no run has shown how long that takes.</summary>
    public const double LeastUnmeasuredMs = 60_000;

    /// <summary>
    /// Tasks of which a second attempt may be made besides the one that runs: never where a person chose the device, of a kind that must not run twice, of a job that is being cancelled, or a
    /// second time.
    /// </summary>
    public static IEnumerable<TaskView> Eligible(JobView view) => view is { IsFinished: false, CancelRequested: false } && view.Request.Policy != JobPolicy.ForceDevice
        ? view.Tasks.Where(t => t is { State: TaskState.Running, Planned.OnDevice: null, Current: { State: AttemptState.Running, StartedAt: not null }, Hedge: null } && t.Planned.Kind.MayRunTwice())
        : [];

    /// <summary>Whether an attempt has run for longer than 99 of 100 do.</summary>
    /// <param name="elapsedMs">Since it began on its device.</param>
    public static bool IsLate(Estimate predicted, double elapsedMs) =>
        elapsedMs > Math.Max(predicted.Origin == EstimateOrigin.Measured ? LeastMeasuredMs : LeastUnmeasuredMs, predicted.WorkP99Ms);

    /// <summary>
    /// What is left of an attempt that is late, milliseconds: as lanes forecast it, and where its device does not say how far it is, at least as much as it is over already. For an estimate
    /// that is sure of itself promises an end at once for ever, and what came so much later than that is proof against it.
    /// </summary>
    /// <param name="progress">The share that is done, 0 to 1; null when it is not told.</param>
    public static double LeftMs(Estimate predicted, double elapsedMs, double? progress)
    {
        var left = Remaining.Of(predicted.WorkP50Ms, predicted.WorkP90Ms, elapsedMs, progress);
        return progress is null ? Math.Max(left, elapsedMs - predicted.WorkP50Ms) : left;
    }

    /// <summary>Where the task is started a second time; null when it is not, since its attempt is not late, or no free device is likely to be done sooner from scratch.</summary>
    /// <param name="task">One of <see cref="Eligible"/>.</param>
    /// <param name="elapsedMs">Since its attempt began on its device.</param>
    /// <param name="progress">The share of it that is done, 0 to 1; null when it is not told.</param>
    /// <param name="fleet">With what was placed a moment ago.</param>
    public static TaskPlacement? Decide(JobView view, TaskView task, double elapsedMs, double? progress, FleetSnapshot fleet, PlanContext context)
    {
        // A device that is not linked is waited for, or its work is moved: that is decided elsewhere.
        var first = task.Current!;
        if (!IsLate(first.Predicted, elapsedMs) || fleet.Find(first.DeviceId) is not { State: DeviceState.Online or DeviceState.Draining })
        {
            return null;
        }

        var used = view.Tasks.SelectMany(t => t.Open).Select(a => a.DeviceId).ToHashSet();
        var failed = Tried.OwnFaults(task.Attempts);
        var found = SecondPlacement.Find(
            task.Planned, TaskLoad.Of(JobProgress.InputText(view, task.Planned), task.Planned.Options), view.Request, WorkerLimit.Keep(fleet, view.Request, used), context,
            failed with { Devices = failed.Devices.Add(first.DeviceId) }, first.DeviceId, first.ModelId, LeftMs(first.Predicted, elapsedMs, progress) / Length(task, first));
        return found is null ? null : new TaskPlacement(
            task.Id, found.Device.Id, found.Device.Name, found.Runtime.Id, found.Model.Id, found.Runtime.Accelerator, found.Own,
            $"A second device was asked because {first.DeviceName} took longer than predicted: {Verdicts.Time(elapsedMs)} so far instead of {Verdicts.Time(first.Predicted.WorkP50Ms)}.", null);
    }

    // An answer that has become longer than usual already takes the second device longer, too.
    private static double Length(TaskView task, AttemptView first) => task.Planned.Kind == TaskKind.LlmGenerate
        ? Math.Max(1, (first.Output.Length + first.Output.Reasoning.Length) / TokenEstimate.BytesPerToken / Deadlines.Pieces(task.Planned)) : 1;
}
