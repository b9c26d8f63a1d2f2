using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Ends of jobs that no task's end brings. Pure.</summary>
internal static class JobEndings
{
    /// <summary>Somebody asked for it.</summary>
    public static JobEnded Cancelled(JobView view, DateTimeOffset now) => new(now, JobState.Cancelled, JobOutcome.Decide(view with { CancelRequested = true }).Error);

    /// <summary>No device could plan it in time.</summary>
    public static JobEnded NeverReady(TimeSpan waited, DateTimeOffset now) => new(now, JobState.Failed, new JobError(
        "No device became ready.", $"Waited {waited.TotalSeconds:0} s for runtimes to start.", "notready", ReasonCodes.For(ReasonCode.NotReady).Remedy));

    /// <summary>It cannot go on: every open attempt is given up, and the job ends.</summary>
    /// <param name="cause">In words.</param>
    public static List<JobEvent> Abandoned(JobView view, string cause, DateTimeOffset now) =>
    [
        .. OpenAttempt.Of(view).Select(o => new AttemptFailed(now, o.Task.Id, o.Attempt.Number, o.Attempt.ElapsedMs(now), ReasonCode.Lost, cause, o.Attempt.DeviceId, ByDashboard: true)),
        new JobEnded(now, JobState.Failed, new JobError("The job was interrupted.", cause, JobOutcome.Code(ReasonCode.Lost), "Run it again; what had finished is kept here.")),
    ];
}
