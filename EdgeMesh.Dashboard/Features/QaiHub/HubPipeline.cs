using EdgeMesh.Dashboard.QaiHub;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>A step of a job as it is drawn.</summary>
/// <param name="Class">done, run, fail or todo.</param>
/// <param name="Glyph">Of a state mark.</param>
/// <param name="Time">How long it took, or takes until now; null when it has not begun.</param>
public sealed record HubPipelineStep(string Name, string Class, string Glyph, TimeSpan? Time);

/// <summary>The way of a job in fixed columns, so that jobs of one kind can be compared. Pure.</summary>
internal static class HubPipeline
{
    public static ImmutableArray<HubPipelineStep> Of(TrackedJob job, DateTimeOffset now)
    {
        var steps = ImmutableArray.CreateBuilder<HubPipelineStep>();
        var reached = job.Steps.Where(s => s.State is not (HubJobState.Done or HubJobState.Failed)).Select(s => s.State).LastOrDefault(HubJobState.Created);
        var way = job.IsAtService ? WayOf(job.Kind) : [HubJobState.WaitingForPlace, .. WayOf(job.Kind)];
        reached = job.IsAtService ? reached : HubJobState.WaitingForPlace;
        var at = way.IndexOf(reached);
        for (var i = 0; i < way.Length; i++)
        {
            var name = way[i] == HubJobState.Created ? "Queued" : HubWords.State(way[i]);
            var time = way[i] == HubJobState.WaitingForPlace ? now - job.CreatedAt : Took(job, way[i], now);
            steps.Add(job.State == HubJobState.Done || i < at ? new HubPipelineStep(name, "done", "check", time)
                : job.State == HubJobState.Failed && i == at ? new HubPipelineStep(name, "fail", "cross", time)
                : i == at ? new HubPipelineStep(name, "run", "run", time)
                : new HubPipelineStep(name, "todo", "queued", null));
            if (job.State == HubJobState.Failed && i == at)
            {
                // A failed step ends the line.
                return steps.ToImmutable();
            }
        }

        if (job.MakesModel)
        {
            steps.Add(job.Artifact is null ? new HubPipelineStep("Downloaded", "todo", "queued", null) : new HubPipelineStep("Downloaded", "done", "check", null));
        }

        return steps.ToImmutable();
    }

    private static ImmutableArray<HubJobState> WayOf(HubJobKind kind) => kind switch
    {
        HubJobKind.Compile => [HubJobState.Created, HubJobState.Optimizing],
        HubJobKind.Profile => [HubJobState.Created, HubJobState.Provisioning, HubJobState.Measuring],
        HubJobKind.Inference => [HubJobState.Created, HubJobState.Provisioning, HubJobState.RunningInference],
        HubJobKind.Quantize => [HubJobState.Created, HubJobState.Quantizing],
        _ => [HubJobState.Created, HubJobState.Linking],
    };

    private static TimeSpan? Took(TrackedJob job, HubJobState state, DateTimeOffset now)
    {
        for (var i = 0; i < job.Steps.Length; i++)
        {
            if (job.Steps[i].State == state)
            {
                return (i + 1 < job.Steps.Length ? job.Steps[i + 1].At : job.FinishedAt ?? now) - job.Steps[i].At;
            }
        }

        return null;
    }
}
