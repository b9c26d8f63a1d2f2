using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>What people are told of a task for which a second device was asked as well. Pure.</summary>
public static class HedgeWords
{
    /// <summary>Why it was asked and what came of it; null when none was.</summary>
    public static string? Of(TaskView task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Hedge is not { } second)
        {
            return null;
        }

        var first = task.Attempts.Last(a => a.Number < second.Number);
        var outcome = first.State == AttemptState.Succeeded ? $" {first.DeviceName} was done first."
            : second.State == AttemptState.Succeeded ? $" {second.DeviceName} was done first."
            : second.State == AttemptState.Failed ? $" {second.DeviceName} did not finish it: {second.ReasonWords}."
            : first.State == AttemptState.Failed ? $" {first.DeviceName} did not finish it: {first.ReasonWords}."
            : first.IsOpen && second.IsOpen ? " Whichever is done first counts." : "";
        return $"A second device, {second.DeviceName}, was asked because {first.DeviceName} took longer than predicted.{outcome}";
    }

    /// <summary>A task's name with which try of it this is, as in "Summary, try 2" and "Summary, second device".</summary>
    public static string Label(TaskView task, AttemptView attempt)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        return attempt.IsHedge ? $"{task.Planned.Label}, second device" : Tries(task, attempt) is > 1 and var tries ? $"{task.Planned.Label}, try {tries}" : task.Planned.Label;
    }

    /// <summary>Which try of its task an attempt is, from 1; asking a second device as well is none.</summary>
    public static int Tries(TaskView task, AttemptView attempt)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        return Math.Max(1, task.Attempts.Count(a => !a.IsHedge && a.Number <= attempt.Number));
    }
}
