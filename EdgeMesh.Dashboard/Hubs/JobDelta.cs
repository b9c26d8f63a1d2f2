using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Hubs;

/// <summary>Turns views of a job into messages with the text that is new for one reader.</summary>
internal sealed class JobDelta
{
    private readonly Dictionary<(TaskId Task, int Number), Told> _told = [];
    private long _version = -1;

    /// <summary>What to tell; null when the view is older than what was told (progress alone leaves the version as it is).</summary>
    public JobMessage? Next(JobLive live)
    {
        var view = live.View;
        if (view.Version < _version)
        {
            return null;
        }

        var isFirst = _version < 0;
        _version = view.Version;
        return new JobMessage(
            view.Version, isFirst, JobDto.From(view, withReasoning: false), live.Progress.ToDictionary(p => p.Key.Value, p => p.Value),
            [.. view.Tasks.SelectMany(t => t.Attempts.SelectMany(a => News(t.Id, a)))]);
    }

    private IEnumerable<OutputDto> News(TaskId task, AttemptView attempt)
    {
        var output = attempt.Output;
        var told = _told.GetValueOrDefault((task, attempt.Number));
        var from = told.Moved == output.Moved ? told.Text : 0;
        if (output.Reasoning.Kept > told.Reasoning)
        {
            yield return new OutputDto(task, attempt.Number, told.Reasoning, Tail(output.Reasoning.Chunks, output.Reasoning.Kept - told.Reasoning), Reasoning: true);
        }

        if (output.Length > from || from < told.Text)
        {
            yield return new OutputDto(task, attempt.Number, from, Tail(output.Chunks, output.Length - from), Reasoning: false);
        }

        _told[(task, attempt.Number)] = new(output.Length, output.Moved, output.Reasoning.Kept);
    }

    /// <summary>The last characters, from as few chunks as needed.</summary>
    private static string Tail(ImmutableList<string> chunks, int length)
    {
        var first = chunks.Count;
        var have = 0;
        while (have < length)
        {
            have += chunks[--first].Length;
        }

        return string.Concat(chunks.Skip(first))[(have - length)..];
    }

    private readonly record struct Told(int Text, int Moved, int Reasoning);
}
