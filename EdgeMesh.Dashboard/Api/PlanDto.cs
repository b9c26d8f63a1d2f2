using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary>What would run, and for every device why or why not. No stages and no prediction while the only candidates are still starting or away for a moment: the job would wait for them.</summary>
public sealed record PlanDto(IReadOnlyList<StageDto> Stages, IReadOnlyList<DeviceVerdictDto> Devices, SpanDto? Predicted)
{
    /// <summary>Of a plan that was not refused.</summary>
    public static PlanDto From(PlanResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var stages = (result.Plan is { } plan ? plan.Tasks.Zip(plan.Placements) : [])
            .GroupBy(t => t.First.Stage)
            .Select(stage => new StageDto([.. stage.Select(t => PlannedTaskDto.From(t.First, t.Second))]));
        return new PlanDto([.. stages], [.. result.Devices.Select(DeviceVerdictDto.From)], SpanDto.From(result.Predicted));
    }
}

/// <summary>Tasks that run at the same time.</summary>
public sealed record StageDto(IReadOnlyList<PlannedTaskDto> Tasks);

public sealed record PlannedTaskDto(TaskKind Kind, DeviceId DeviceId, string DeviceName, string? Model, string Runtime, Estimate Predicted)
{
    internal static PlannedTaskDto From(PlannedTask task, TaskPlacement placement) => new(
        task.Kind, placement.Device, placement.DeviceName, Text.OrNull(placement.ModelId), placement.RuntimeId, placement.Predicted);
}

/// <summary>Predicted milliseconds of a whole job.</summary>
public sealed record SpanDto(double P50Ms, double P90Ms)
{
    public static SpanDto? From(Estimate? estimate) => estimate is null ? null : new SpanDto(estimate.P50Ms, estimate.P90Ms);
}

internal static class Text
{
    /// <summary>Unknown is null on the wire, never an empty string.</summary>
    public static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
