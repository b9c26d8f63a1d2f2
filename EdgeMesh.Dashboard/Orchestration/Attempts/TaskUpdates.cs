using System.Text;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>What a frame says, in order.</summary>
public static class TaskUpdates
{
    /// <summary>The updates with texts that follow each other as one, so that a frame of a million letters is one event; empty texts say nothing. So is reasoning.</summary>
    public static IEnumerable<TaskUpdate> Joined(IEnumerable<TaskUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var text = new StringBuilder();
        var kind = TaskUpdate.UpdateOneofCase.None;
        foreach (var update in updates)
        {
            if (update.UpdateCase != kind && text.Length > 0)
            {
                yield return Made(kind, text);
            }

            kind = update.UpdateCase;
            if (kind is TaskUpdate.UpdateOneofCase.Text or TaskUpdate.UpdateOneofCase.Reasoning)
            {
                text.Append(update.Text).Append(update.Reasoning);
                continue;
            }

            yield return update;
        }

        if (text.Length > 0)
        {
            yield return Made(kind, text);
        }
    }

    private static TaskUpdate Made(TaskUpdate.UpdateOneofCase kind, StringBuilder text)
    {
        var all = text.ToString();
        text.Clear();
        return kind == TaskUpdate.UpdateOneofCase.Reasoning ? new TaskUpdate { Reasoning = all } : new TaskUpdate { Text = all };
    }
}
