using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>When a job will end by what is known now: what has finished sets the pace of what is left. Pure.</summary>
/// <param name="EndMs">Milliseconds from submission to the expected end; half of such jobs are sooner.</param>
/// <param name="EndP90Ms">The same for nine of ten; never below <paramref name="EndMs"/>.</param>
/// <param name="FirstMs">What <paramref name="EndMs"/> was when the job was planned.</param>
/// <param name="Reason">Why the two differ, as in "Part 2 moved to Board: the device was lost"; null when they do not, or nothing explains it.</param>
/// <param name="Tasks">Of every task that has not ended, in plan order.</param>
/// <param name="IsKnown">False when a task runs far longer than nine of ten do: <paramref name="EndMs"/> then only says that it is not before that.</param>
public sealed record JobForecast(double EndMs, double EndP90Ms, double FirstMs, string? Reason, ImmutableArray<TaskForecast> Tasks, bool IsKnown = true)
{
    /// <summary>Whether the end has moved by so much that it is worth a word: a second and a tenth at least. An end that nobody knows has not moved.</summary>
    public bool HasMoved => IsKnown && Math.Abs(EndMs - FirstMs) >= Math.Max(1_000, FirstMs * 0.1);

    /// <summary>The forecast of an open job; null before it is planned and after its end.</summary>
    public static JobForecast? Of(JobView job, FleetSnapshot fleet, DateTimeOffset now) =>
        job is { IsFinished: false, Plan: not null, Predicted: not null } && !job.Tasks.IsEmpty ? new Forecaster(job, fleet, now).Make() : null;

    /// <summary>The task's forecast, or null when it has ended.</summary>
    public TaskForecast? Find(TaskId task) => Tasks.FirstOrDefault(t => t.Task == task);
}

/// <summary>One task's expected time, in milliseconds since the job was submitted.</summary>
/// <param name="Device">Where it is or will probably be; null when no device that could take it is online.</param>
public sealed record TaskForecast(TaskId Task, DeviceId? Device, string DeviceName, double StartMs, double EndMs);
