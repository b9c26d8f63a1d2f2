using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Events;

/// <summary>What can go on, read off a job's view. Pure.</summary>
public static class JobProgress
{
    private const string BetweenOutputs = "\n\n";

    /// <summary>Waiting tasks whose stage is open: every task of the stages before has succeeded.</summary>
    public static IEnumerable<TaskView> Ready(JobView view)
    {
        var open = view.Tasks.FirstOrDefault(t => t.State != TaskState.Succeeded)?.Planned.Stage;
        return view.Tasks.Where(t => t.State == TaskState.Waiting && t.Planned.Stage == open);
    }

    /// <summary>Tasks whose attempt failed while no device could take them: they wait for one.</summary>
    public static IEnumerable<TaskView> Stranded(JobView view) =>
        view.Tasks.Where(t => t.State is TaskState.Queued or TaskState.Running && t.Current is { State: AttemptState.Failed });

    /// <summary>Whether nothing more can happen: every task has ended, or an ended one blocks the stages behind it.</summary>
    public static bool IsOver(JobView view) =>
        view.Plan is not null && !view.Tasks.Any(t => t.State is TaskState.Queued or TaskState.Running) && !Ready(view).Any();

    /// <summary>What a task reads: its slice of the text, or the joined outputs of earlier tasks.</summary>
    public static string InputText(JobView view, PlannedTask task)
    {
        if (!task.Input.OutputsOf.IsEmpty)
        {
            return string.Join(BetweenOutputs, Outputs(view, task));
        }

        var length = task.Input.Length ?? (view.Request.Text.Length - task.Input.Start);
        return task.Input.Start == 0 && length == view.Request.Text.Length ? view.Request.Text : view.Request.Text.Substring(task.Input.Start, length);
    }

    /// <summary>
    /// The joined outputs of earlier tasks in at most so many tokens: models may write more than they were asked for. The longest ones lose
    /// their ends, at a border between sentences.
    /// </summary>
    public static string ShortenedInput(JobView view, PlannedTask task, int tokens)
    {
        var outputs = Outputs(view, task).ToArray();
        var left = tokens - outputs.Length;
        var waiting = outputs.Length;
        foreach (var i in Enumerable.Range(0, outputs.Length).OrderBy(i => outputs[i].Length).ToList())
        {
            outputs[i] = TextSplitter.Beginning(outputs[i], Math.Max(0, left / waiting--)).ToString();
            left -= TokenEstimate.Of(outputs[i]);
        }

        return string.Join(BetweenOutputs, outputs);
    }

    /// <summary>A second line for the history: what went wrong or was retried; null when there is nothing to say.</summary>
    public static string? Note(JobView view)
    {
        if (view.Error is { } error)
        {
            return error.Title;
        }

        return Retries(view) is > 0 and var retries
            ? $"{(retries == 1 ? "1 retry" : $"{retries} retries")}: {ReasonCodes.For(view.Tasks.First(t => Retries(t) > 0).Attempts[0].Reason ?? ReasonCode.Lost).Words}"
            : view.Tasks.Select(HedgeWords.Of).FirstOrDefault(w => w is not null);
    }

    /// <summary>How often tasks were tried again; asking a second device as well is no retry.</summary>
    public static int Retries(JobView view) => view.Tasks.Sum(Retries);

    private static int Retries(TaskView task) => Math.Max(0, task.Attempts.Count(a => !a.IsHedge) - 1);

    private static IEnumerable<string> Outputs(JobView view, PlannedTask task) => task.Input.OutputsOf.Select(id => view.Tasks[id.Number - 1].Current?.Output.Text ?? "");
}
