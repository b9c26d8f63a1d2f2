using EdgeMesh.Core.Costing;

namespace EdgeMesh.Core.Planning;

/// <summary>What a whole plan takes: stages follow each other, and each ends with its slowest task. Pure.</summary>
public static class PlanTotal
{
    /// <summary>The sum over stages of the slowest task; RAM is the largest need of one task, the origin the weakest.</summary>
    public static Estimate Of(Plan plan)
    {
        double p50 = 0, p90 = 0, stageP50 = 0, stageP90 = 0;
        double? ram = 0;
        var slowest = plan.Placements[0].Predicted;
        var weakest = slowest.Origin;
        for (var i = 0; i < plan.Placements.Length; i++)
        {
            var one = plan.Placements[i].Predicted;
            if (i > 0 && plan.Tasks[i].Stage != plan.Tasks[i - 1].Stage)
            {
                (p50, p90, stageP50, stageP90) = (p50 + stageP50, p90 + stageP90, 0, 0);
            }

            (stageP50, stageP90) = (Math.Max(stageP50, one.P50Ms), Math.Max(stageP90, one.P90Ms));
            ram = ram is { } most && one.RamMb is { } need ? Math.Max(most, need) : null;
            weakest = one.Origin < weakest ? one.Origin : weakest;
            slowest = one.P50Ms > slowest.P50Ms ? one : slowest;
        }

        return slowest with { P50Ms = p50 + stageP50, P90Ms = p90 + stageP90, RamMb = ram, Origin = weakest, WaitMs = 0 };
    }
}
