using System.Text;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What a frame says, in order.</summary>
public static class TaskUpdates
{
    /// <summary>The updates with texts that follow each other as one, so that a frame of a million letters is one event; empty texts say nothing.</summary>
    public static IEnumerable<TaskUpdate> Joined(IEnumerable<TaskUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var text = new StringBuilder();
        foreach (var update in updates)
        {
            if (update.UpdateCase == TaskUpdate.UpdateOneofCase.Text)
            {
                text.Append(update.Text);
                continue;
            }

            if (text.Length > 0)
            {
                yield return new TaskUpdate { Text = text.ToString() };
                text.Clear();
            }

            yield return update;
        }

        if (text.Length > 0)
        {
            yield return new TaskUpdate { Text = text.ToString() };
        }
    }
}
