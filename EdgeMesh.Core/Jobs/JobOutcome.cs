using System.Text;

namespace EdgeMesh.Core.Jobs;

/// <summary>How a job ends, and with what. Pure.</summary>
public static class JobOutcome
{
    /// <summary>The state and error of a job whose tasks have all ended.</summary>
    public static (JobState State, JobError? Error) Decide(JobView view)
    {
        var succeeded = view.Tasks.Count(t => t.State == TaskState.Succeeded);
        if (succeeded == view.Tasks.Length && !view.Tasks.IsEmpty)
        {
            return (JobState.Succeeded, null);
        }

        if (view.CancelRequested)
        {
            return (JobState.Cancelled, new("The job was cancelled.", $"{succeeded} of {view.Tasks.Length} tasks had finished.", "cancelled", ReasonCodes.For(ReasonCode.Cancelled).Remedy));
        }

        var failed = view.Tasks.FirstOrDefault(t => t.Current is { Reason: not null } && t.State != TaskState.Succeeded);
        var attempt = failed?.Current;
        var reason = attempt?.Reason ?? ReasonCode.Internal;
        var error = new JobError(
            attempt is null ? "A task did not run." : $"{attempt.DeviceName} did not finish \u201c{failed!.Planned.Label}\u201d.",
            attempt?.Cause ?? "No device could be found for it.",
            Code(reason),
            ReasonCodes.For(reason).Remedy);

        // Only a stage whose outputs stand for themselves can be partly right: with a reduce step missing there is no answer.
        var partly = succeeded > 0 && view.Plan is { Stages: 1 };
        return (partly ? JobState.PartiallySucceeded : JobState.Failed, error);
    }

    /// <summary>The error code of a reason: its name in lower case.</summary>
#pragma warning disable CA1308 // the wire's word is lower case
    public static string Code(ReasonCode reason) => reason.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>The text and artifacts of what has succeeded: the last stage's outputs, else what earlier stages finished; null when nothing did.</summary>
    public static JobResult? Result(JobView view)
    {
        var done = view.Tasks.Where(t => t.State == TaskState.Succeeded).ToList();
        if (done.Count == 0)
        {
            return null;
        }

        var last = done.Where(t => t.Planned.Stage == done[^1].Planned.Stage).ToList();
        var artifacts = last.SelectMany(t => t.Current!.Output.Artifacts).ToImmutableArray();
        if (last.Count == 1)
        {
            var answer = last[0].Current!.Output.Text;
            return new JobResult(view.Request.Options is CodeOptions code ? CodeFence.Around(answer, code.Language) : answer, artifacts);
        }

        var text = new StringBuilder();
        foreach (var task in last)
        {
            text.Append(text.Length == 0 ? "" : "\n\n").Append("### ").Append(Heading(view, task)).Append("\n\n").Append(task.Current!.Output.Text);
        }

        return new JobResult(text.ToString(), artifacts);
    }

    private static string Heading(JobView view, TaskView task) =>
        view.Request.Kind == JobKind.Sysinfo ? task.Current!.DeviceName : $"{task.Planned.Label} · {task.Current!.DeviceName}";
}
