using EdgeMesh.Core.Planning;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Makes the orders of a job's attempts. Pure.</summary>
internal static class AttemptOrders
{
    /// <summary>Of an attempt that was just placed.</summary>
    /// <param name="rehearsal">Nothing is learned from it.</param>
    public static AttemptOrder New(JobView view, PlacedAttempt placed, DateTimeOffset now, bool rehearsal) => new(
        new AttemptId(view.Id, placed.Task.Id, placed.Number), view.Request.Kind, view.Title, placed.Task, placed.Placement, placed.Text, now, rehearsal, Caller: view.Caller, IsHedge: placed.IsHedge)
    {
        SoFar = placed.SoFar,
    };

    /// <summary>Of one that was ordered before, from where it was heard to.</summary>
    public static AttemptOrder Again(JobView view, TaskView task, AttemptView attempt) => new(
        new AttemptId(view.Id, task.Id, attempt.Number), view.Request.Kind, view.Title, task.Planned,
        new TaskPlacement(task.Id, attempt.DeviceId, attempt.DeviceName, attempt.RuntimeId, attempt.ModelId, null, attempt.Predicted, attempt.PlacementReason, null),
        JobProgress.InputText(view, task.Planned), attempt.PlacedAt, From: AttemptPosition.Of(attempt), Caller: view.Caller, IsHedge: attempt.IsHedge)
    {
        SoFar = attempt.Seam is { Offset: var given } ? attempt.Output.Text[..given] : null,
    };
}

/// <summary>An attempt that was placed.</summary>
/// <param name="Text">What it reads.</param>
/// <param name="IsHedge">Besides the one that runs.</param>
/// <param name="SoFar">The text that it goes on with; null when it starts over.</param>
internal sealed record PlacedAttempt(Core.Tasks.PlannedTask Task, TaskPlacement Placement, int Number, string Text, bool IsHedge = false, string? SoFar = null);
