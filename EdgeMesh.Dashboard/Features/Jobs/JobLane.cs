using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>A device's lane in a job's timeline.</summary>
/// <param name="Rows">Rows its blocks need because they overlap in time, from 1.</param>
/// <param name="Tasks">Tasks that have a block in it.</param>
public sealed record JobLane(DeviceId Device, string Name, int Ordinal, string What, ImmutableArray<JobBlock> Blocks, int Rows, int Tasks)
{
    // Slivers say nothing, and a lane of many rows is no lane: blocks of one look are drawn as one then.
    private const int MostBlocks = 14;
    private const int MostRows = 3;

    /// <summary>The lanes of a job at a moment, in join order. Pure.</summary>
    /// <param name="forecast">Where and when what has not ended is expected; null draws only what was.</param>
    public static ImmutableArray<JobLane> Of(JobView job, FleetSnapshot fleet, DateTimeOffset now, JobForecast? forecast)
    {
        var drafts = new Dictionary<DeviceId, (string Name, HashSet<string> Models, List<JobBlock> Blocks, HashSet<int> Tasks)>();
        var nowMs = job.ElapsedMs(now);
        foreach (var task in job.Tasks)
        {
            for (var i = 0; i < task.Attempts.Length; i++)
            {
                var attempt = task.Attempts[i];
                var draft = Draft(attempt.DeviceId, attempt.DeviceName);
                draft.Models.Add(attempt.ModelId);
                draft.Tasks.Add(task.Id.Number);
                draft.Blocks.Add(Block(job, task, attempt, Next(task, attempt), nowMs, forecast));
            }
        }

        Planned(job, forecast, Draft);
        return
        [
            .. drafts.Select(d => Lane(d.Key, d.Value.Name, fleet.Find(d.Key)?.Ordinal ?? 0, string.Join(", ", d.Value.Models.Order(StringComparer.Ordinal)), d.Value.Blocks, d.Value.Tasks.Count))
                .OrderBy(l => l.Ordinal),
        ];

        (string Name, HashSet<string> Models, List<JobBlock> Blocks, HashSet<int> Tasks) Draft(DeviceId id, string name) =>
            drafts.TryGetValue(id, out var draft) ? draft : drafts[id] = (name, [], [], []);
    }

    private static JobBlock Block(JobView job, TaskView task, AttemptView attempt, AttemptView? next, double nowMs, JobForecast? forecast)
    {

        // The span that its figure counts: from its turn, and handing it over is a part of the work.
        var start = job.ElapsedMs(attempt.WaitedMs > 0 ? attempt.StartedAt ?? attempt.PlacedAt : attempt.PlacedAt);
        var look = attempt.State switch
        {
            AttemptState.Succeeded => BlockLook.Done,
            AttemptState.Running => BlockLook.Running,
            AttemptState.Placed => BlockLook.Waiting,
            AttemptState.Failed => BlockLook.Failed,
            _ => BlockLook.Gone,
        };
        var open = look is BlockLook.Running or BlockLook.Waiting;
        var expected = open ? forecast?.Find(task.Id) : null;
        if (look == BlockLook.Waiting && expected is not null)
        {
            // Nothing of it is done, so nothing of it is drawn as if it were: it stands where its turn is expected.
            start = Math.Max(nowMs, expected.StartMs);
        }

        var end = attempt.EndedAt is { } at ? job.ElapsedMs(at) : look == BlockLook.Waiting ? start : Math.Max(nowMs, start);
        var predicted = open ? Math.Max(end, expected?.EndMs ?? end) : end;
        return new JobBlock(task.Id, attempt.Number, start, Math.Max(start, end), predicted, HedgeWords.Label(task, attempt), look, open ? null : attempt.WorkMs ?? attempt.ActualMs, look == BlockLook.Failed ? Cause(attempt, next) : null);
    }

    // Which attempt the task went on with when this one had failed: the other one of two that ran, or the next try.
    private static AttemptView? Next(TaskView task, AttemptView attempt) => task.Attempts.FirstOrDefault(a =>
        (a.Number > attempt.Number || (attempt.IsHedge && a.Number < attempt.Number)) && !((a.IsHedge || a.Number < attempt.Number) && a.EndedAt < attempt.EndedAt));

    private static string Cause(AttemptView attempt, AttemptView? next)
    {
        var words = attempt.ReasonWords ?? ReasonCodes.For(ReasonCode.Internal).Words;
        var moved = next is null ? "" : next.Number < attempt.Number ? $" {next.DeviceName} went on." : next.DeviceId == attempt.DeviceId ? " Tried again here." : $" Moved to {next.DeviceName}.";
        return $"{char.ToUpperInvariant(words[0])}{words[1..]} after {Format.Ms(attempt.ActualMs)}.{moved}";
    }

    // What is not placed yet, where and when it is expected; without a device that could take it there is no lane for it.
    private static void Planned(JobView job, JobForecast? forecast, Func<DeviceId, string, (string Name, HashSet<string> Models, List<JobBlock> Blocks, HashSet<int> Tasks)> draft)
    {
        foreach (var expected in forecast?.Tasks ?? [])
        {
            var task = job.Tasks[expected.Task.Number - 1];
            if (task.Attempts.IsEmpty && expected.Device is { } device)
            {
                var lane = draft(device, expected.DeviceName);
                lane.Models.Add(job.Plan!.Placements[task.Id.Number - 1].ModelId);
                lane.Tasks.Add(task.Id.Number);
                lane.Blocks.Add(new JobBlock(task.Id, 0, expected.StartMs, expected.StartMs, expected.EndMs, task.Planned.Label, BlockLook.Waiting, null, null));
            }
        }
    }

    private static JobLane Lane(DeviceId id, string name, int ordinal, string what, List<JobBlock> blocks, int tasks)
    {
        var (rows, placed) = InRows(blocks);
        if (blocks.Count > MostBlocks || rows > MostRows)
        {
            (rows, placed) = InRows(Merge(blocks));
        }

        return new JobLane(id, name, ordinal, what, placed, rows, tasks);
    }

    // Each block goes to the first row that is free when it starts.
    private static (int Rows, ImmutableArray<JobBlock> Blocks) InRows(List<JobBlock> blocks)
    {
        List<double> ends = [];
        var placed = ImmutableArray.CreateBuilder<JobBlock>(blocks.Count);
        foreach (var block in blocks.OrderBy(b => b.StartMs).ThenBy(b => b.Task.Number))
        {
            var row = ends.FindIndex(e => e <= block.StartMs + 0.5);
            if (row < 0)
            {
                row = ends.Count;
                ends.Add(0);
            }

            ends[row] = block.PredictedEndMs;
            placed.Add(block with { Row = row });
        }

        return (Math.Max(1, ends.Count), placed.ToImmutable());
    }

    private static List<JobBlock> Merge(List<JobBlock> blocks) =>
    [
        .. blocks.GroupBy(b => b.Look).Select(g => g.Count() == 1 ? g.First() : new JobBlock(
            g.First().Task, 0, g.Min(b => b.StartMs), g.Max(b => b.EndMs), g.Max(b => b.PredictedEndMs), $"{g.Count()} tasks", g.Key, null,
            g.Key == BlockLook.Failed ? $"{g.Count()} attempts failed. {g.First().Cause}" : null, g.Count())),
    ];
}

public enum BlockLook
{
    Done,
    Running,
    Waiting,
    Failed,
    Gone,
}

/// <summary>One attempt in a lane, or several drawn as one; in milliseconds since the job was submitted.</summary>
/// <param name="Attempt">Its number; 0 for a task that is only planned and for several drawn as one.</param>
/// <param name="EndMs">Until when it is drawn solid: its end, or now.</param>
/// <param name="PredictedEndMs">Where it is expected to end; <paramref name="EndMs"/> when it has.</param>
/// <param name="TookMs">Its time when it has ended, or null.</param>
/// <param name="Cause">Of a failure, with what happened next.</param>
public sealed record JobBlock(
    TaskId Task, int Attempt, double StartMs, double EndMs, double PredictedEndMs, string Label, BlockLook Look, double? TookMs, string? Cause, int Count = 1, int Row = 0);
