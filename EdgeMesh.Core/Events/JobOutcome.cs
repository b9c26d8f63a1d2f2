using System.Text;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

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

        var error = Failures.Explain(view);

        // Only a stage whose outputs stand for themselves can be partly right: with a reduce step missing there is no answer.
        var partly = succeeded > 0 && view.Plan is { Stages: 1 };
        return (partly ? JobState.PartiallySucceeded : JobState.Failed, error);
    }

    /// <summary>The error code of a reason: its name in lower case.</summary>
#pragma warning disable CA1308 // the wire's word is lower case
    public static string Code(ReasonCode reason) => reason.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>
    /// The text and artifacts: the last stage's outputs, else what earlier stages finished, and with them what a task had written that was
    /// cancelled or failed; null when nothing was written.
    /// </summary>
    public static JobResult? Result(JobView view)
    {
        var parts = Parts(view);
        if (parts.IsEmpty)
        {
            return null;
        }

        var broken = parts.Any(p => p.IsBroken);
        var cut = parts.Any(p => p.IsCut);
        var artifacts = parts.SelectMany(p => p.Attempt.Output.Artifacts).ToImmutableArray();
        if (parts is [var only])
        {
            var answer = only.Attempt.Output.Text;
            return new JobResult(view.Request.Options is CodeOptions code ? CodeFence.Around(answer, code.Language) : answer, artifacts, broken, cut);
        }

        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(text.Length == 0 ? "" : "\n\n").Append("### ").Append(Heading(view, part)).Append("\n\n").Append(part.Attempt.Output.Text);
        }

        return new JobResult(text.ToString(), artifacts, broken, cut);
    }

    /// <summary>What a result is made of: of each task the attempt that succeeded, else the last one that wrote something.</summary>
    public static ImmutableArray<WrittenPart> Parts(JobView view)
    {
        var stage = view.Tasks.LastOrDefault(t => t.State == TaskState.Succeeded)?.Planned.Stage ?? 0;
        return
        [
            .. view.Tasks.Where(t => t.Planned.Stage >= stage)
                .Select(t => t.State == TaskState.Succeeded ? new WrittenPart(t, t.Current!, IsBroken: false)
                    : t.Attempts.LastOrDefault(a => a.Output.Length > 0 || a.Output.Reasoning.Length > 0 || !a.Output.Artifacts.IsEmpty) is { } written ? new WrittenPart(t, written, IsBroken: true) : null)
                .OfType<WrittenPart>(),
        ];
    }

    private static string Heading(JobView view, WrittenPart part) =>
        (view.Request.Kind == JobKind.Sysinfo ? part.Attempt.DeviceName : $"{part.Task.Planned.Label} · {part.Attempt.DeviceName}") + (part.IsBroken ? ", broken off" : "");
}

/// <summary>A task's share of a result.</summary>
/// <param name="IsBroken">It was cancelled or failed after this.</param>
public sealed record WrittenPart(TaskView Task, AttemptView Attempt, bool IsBroken)
{
    /// <summary>Whether it ends at its length limit.</summary>
    public bool IsCut => Attempt.Receipt is { CutAtLimit: true };
}
