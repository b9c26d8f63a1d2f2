using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>Why a job did not succeed, with every cause: a task that failed on two devices has two. Pure.</summary>
internal static class Failures
{
    private const int MaxCauses = 4;
    private const int MaxCauseChars = 600;

    public static JobError Explain(JobView view)
    {
        var failed = view.Tasks.FirstOrDefault(t => t.Current is { Reason: not null } && t.State != TaskState.Succeeded);
        if (failed is null)
        {
            return new JobError("A task did not run.", "No device could be found for it.", JobOutcome.Code(ReasonCode.Internal), ReasonCodes.For(ReasonCode.Internal).Remedy);
        }

        var attempts = failed.Attempts.Where(a => a.Reason is not null).ToList();
        var devices = attempts.Select(a => a.DeviceName).Distinct().ToList();

        // The first device was the best one: what keeps it from answering is what is worth mending first.
        var remedies = attempts.Select(a => ReasonCodes.For(a.Reason!.Value).Remedy).Where(r => r.Length > 0).Distinct().Take(2);
        return new JobError(
            $"{Names(devices)} did not finish \u201c{failed.Planned.Label}\u201d.",
            Causes(attempts),
            JobOutcome.Code(attempts[^1].Reason!.Value),
            string.Join(" ", remedies));
    }

    private static string Names(List<string> devices) => devices switch
    {
        [var one] => one,
        [var one, var two] => $"{one} and {two}",
        _ => $"{string.Join(", ", devices.Take(2))} and {devices.Count - 2} more",
    };

    private static string Causes(List<AttemptView> attempts)
    {
        var causes = attempts.Select(a => a.Cause).OfType<string>().Distinct().ToList();
        if (causes is [var only])
        {
            return only;
        }

        var shown = causes.Take(MaxCauses).Select(c => Sentence(c.Length > MaxCauseChars ? $"{c[..MaxCauseChars]}\u2026" : c));
        return string.Join(" ", shown) + (causes.Count > MaxCauses ? $" And {causes.Count - MaxCauses} more." : "");
    }

    private static string Sentence(string cause) => cause.Length == 0 || ".!?\u2026\"\u201d)".Contains(cause[^1], StringComparison.Ordinal) ? cause : cause + ".";
}
