using EdgeMesh.Core.Planning;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>A plan drawn: who would do what when, by its own predictions. Pure.</summary>
public sealed record PlanLane(DeviceId Device, string Name, ImmutableArray<PlanBlock> Blocks)
{
    // More than this in one lane is one block that says how many.
    private const int MostBlocks = 8;

    public static ImmutableArray<PlanLane> Of(Plan plan)
    {
        var lanes = new Dictionary<DeviceId, (string Name, List<PlanBlock> Blocks)>();
        double stageStart = 0, stageEnd = 0;
        var stage = 0;
        for (var i = 0; i < plan.Tasks.Length; i++)
        {
            var (task, placement) = (plan.Tasks[i], plan.Placements[i]);
            if (task.Stage != stage)
            {
                (stage, stageStart) = (task.Stage, stageEnd);
            }

            if (!lanes.TryGetValue(placement.Device, out var lane))
            {
                lanes[placement.Device] = lane = (placement.DeviceName, []);
            }

            // A placement's time counts from its stage's start and holds what the plan put on the device before it.
            var start = Math.Max(stageStart, lane.Blocks.Count > 0 ? lane.Blocks[^1].EndMs : 0);
            var end = Math.Max(stageStart + placement.Predicted.P50Ms, start);
            lane.Blocks.Add(new PlanBlock(start, end, task.Label));
            stageEnd = Math.Max(stageEnd, end);
        }

        return [.. lanes.Select(l => new PlanLane(l.Key, l.Value.Name, Merge(l.Value.Blocks)))];
    }

    private static ImmutableArray<PlanBlock> Merge(List<PlanBlock> blocks) =>
        blocks.Count <= MostBlocks ? [.. blocks] : [new PlanBlock(blocks[0].StartMs, blocks[^1].EndMs, $"{blocks.Count} tasks")];
}

public sealed record PlanBlock(double StartMs, double EndMs, string Label);
