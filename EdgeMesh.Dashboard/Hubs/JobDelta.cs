using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Hubs;

/// <summary>Turns views of a job into messages with the text that is new for one reader.</summary>
internal sealed class JobDelta
{
    private readonly Dictionary<(TaskId Task, int Number), int> told = [];
    private long version = -1;

    /// <summary>What to tell; null when the view is older than what was told (progress alone leaves the version as it is).</summary>
    public JobMessage? Next(JobLive live)
    {
        var view = live.View;
        if (view.Version < version)
        {
            return null;
        }

        var isFirst = version < 0;
        version = view.Version;
        return new JobMessage(
            view.Version, isFirst, JobDto.From(view), live.Progress.ToDictionary(p => p.Key.Value, p => p.Value),
            [.. view.Tasks.SelectMany(t => t.Attempts.Select(a => NewText(t.Id, a)).OfType<OutputDto>())]);
    }

    private OutputDto? NewText(TaskId task, AttemptView attempt)
    {
        var offset = told.GetValueOrDefault((task, attempt.Number));
        if (attempt.Output.Length <= offset)
        {
            return null;
        }

        told[(task, attempt.Number)] = attempt.Output.Length;
        return new OutputDto(task, attempt.Number, offset, Tail(attempt.Output, attempt.Output.Length - offset));
    }

    /// <summary>The last characters of an output, from as few of its chunks as needed.</summary>
    private static string Tail(AttemptOutput output, int length)
    {
        var first = output.Chunks.Count;
        var have = 0;
        while (have < length)
        {
            have += output.Chunks[--first].Length;
        }

        return string.Concat(output.Chunks.Skip(first))[(have - length)..];
    }
}
