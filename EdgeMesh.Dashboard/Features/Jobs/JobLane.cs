using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>A device's lane in a job's timeline.</summary>
public sealed record JobLane(string Name, int Ordinal, List<JobBlock> Blocks)
{
    // A thousand slivers say nothing.
    private const int MostBlocks = 60;

    /// <summary>The lanes of a job at a moment, in join order. Pure.</summary>
    public static List<JobLane> Of(JobView job, FleetSnapshot fleet, DateTimeOffset now)
    {
        var lanes = new Dictionary<DeviceId, JobLane>();
        foreach (var task in job.Tasks)
        {
            foreach (var attempt in task.Attempts)
            {
                if (!lanes.TryGetValue(attempt.DeviceId, out var lane))
                {
                    lanes[attempt.DeviceId] = lane = new JobLane(attempt.DeviceName, fleet.Find(attempt.DeviceId)?.Ordinal ?? 0, []);
                }

                if (lane.Blocks.Count < MostBlocks)
                {
                    lane.Blocks.Add(Block(job, task, attempt, now));
                }
            }
        }

        return [.. lanes.Values.OrderBy(l => l.Ordinal)];
    }

    private static JobBlock Block(JobView job, TaskView task, AttemptView attempt, DateTimeOffset now)
    {
        var start = ((attempt.StartedAt ?? attempt.PlacedAt) - job.CreatedAt).TotalMilliseconds;
        var end = ((attempt.EndedAt ?? (now > attempt.PlacedAt ? now : attempt.PlacedAt)) - job.CreatedAt).TotalMilliseconds;
        var look = attempt.State switch
        {
            AttemptState.Failed => "fail",
            AttemptState.Running => "run",
            AttemptState.Placed or AttemptState.Superseded or AttemptState.Cancelled => "wait",
            _ => "",
        };
        return new JobBlock(
            Math.Max(0, start), Math.Max(start, end), task.Planned.Label + (attempt.Number > 1 ? $", try {attempt.Number}" : ""), look,
            attempt.Cause ?? $"{task.Planned.Label}: {attempt.State}");
    }
}

/// <summary>One attempt in a lane, in milliseconds since the job was submitted.</summary>
public sealed record JobBlock(double Start, double End, string Label, string Class, string Title);
