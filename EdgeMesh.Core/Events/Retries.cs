using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>How often a task is tried. Pure.</summary>
public static class Retries
{
    // A task that takes its device down with it must not visit the whole mesh again and again.
    private const int MostInterruptions = 12;

    /// <summary>
    /// Whether a task has failed often enough: so many times for a reason of its own, its model's or its device's. Interruptions (a device that was lost or was
    /// not ready) say nothing about the task, so more of them are allowed; those before it began, and those after it had written more than ever before, are none; a busy device only means
    /// waiting; and one engine that did not go on with a text is no failure of the task, which is not given a text again.
    /// </summary>
    /// <param name="most">Tries that may fail.</param>
    public static bool AreSpent(IReadOnlyCollection<AttemptView> attempts, int most)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        var waits = attempts.Where(a => a is { Reason: { } reason } && ReasonCodes.For(reason).Waits && a is not { Reason: ReasonCode.CannotContinue, Seam: null }).ToList();
        return attempts.Count - waits.Count >= most || Interruptions(waits) >= MostInterruptions;
    }

    private static int Interruptions(IEnumerable<AttemptView> attempts)
    {
        var (count, longest) = (0, 0);
        foreach (var attempt in attempts.Where(a => a.StartedAt is not null && a.Reason != ReasonCode.Busy))
        {
            count += attempt.Output.Length > longest ? 0 : 1;
            longest = Math.Max(longest, attempt.Output.Length);
        }

        return count;
    }
}
