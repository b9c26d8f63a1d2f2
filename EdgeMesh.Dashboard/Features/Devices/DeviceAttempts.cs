using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>An attempt on a device with the job and the task it was for.</summary>
public sealed record DeviceAttempt(JobId Job, string JobTitle, TaskView Task, AttemptView Attempt)
{
    /// <summary>How far the actual time is from the predicted median, as a share of it; null while it runs, when it failed, or without a prediction.</summary>
    public double? Error => Attempt is { State: AttemptState.Succeeded, ActualMs: { } actual } && Attempt.Predicted.P50Ms > 0 ? (actual - Attempt.Predicted.P50Ms) / Attempt.Predicted.P50Ms : null;

    /// <summary>Whether it took longer than nine of ten runs were to take.</summary>
    public bool IsOverP90 => Attempt.ActualMs > Attempt.Predicted.P90Ms && Error is not null;
}

/// <summary>The newest attempts on a device, read from the newest jobs that it had a part in.</summary>
public static class DeviceAttempts
{
    private const int Jobs = 10;
    private const int Most = 12;

    /// <summary>Newest first.</summary>
    public static async Task<ImmutableArray<DeviceAttempt>> ReadAsync(IJobs jobs, DeviceId device, CancellationToken cancellationToken)
    {
        var page = await jobs.ListAsync(JobQuery.First(Jobs) with { Device = device }, cancellationToken);
        List<DeviceAttempt> found = [];
        foreach (var row in page.Items)
        {
            if (await jobs.GetAsync(row.Id, cancellationToken) is { } job)
            {
                found.AddRange(
                    from task in job.Tasks
                    from attempt in task.Attempts
                    where attempt.DeviceId == device
                    select new DeviceAttempt(job.Id, job.Title, task, attempt));
            }
        }

        return [.. found.OrderByDescending(a => a.Attempt.PlacedAt).Take(Most)];
    }

    /// <summary>Median of the absolute errors; null when none was predicted and finished.</summary>
    public static double? MedianError(ImmutableArray<DeviceAttempt> attempts)
    {
        var errors = attempts.Select(a => a.Error).OfType<double>().Select(Math.Abs).Order().ToList();
        return errors.Count == 0 ? null : errors.Count % 2 == 1 ? errors[errors.Count / 2] : (errors[(errors.Count / 2) - 1] + errors[errors.Count / 2]) / 2;
    }
}
