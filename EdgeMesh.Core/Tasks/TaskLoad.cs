using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Tasks;

/// <summary>What a task reads, counted once a decision.</summary>
/// <param name="Chars">Characters.</param>
/// <param name="Tokens">Estimated tokens (<see cref="TokenEstimate"/>).</param>
public readonly record struct TaskLoad(int Chars, int Tokens)
{
    /// <summary>Characters alone, which cost nothing to count.</summary>
    public static int CharsOf(int textChars, JobOptions options) => textChars + ((options as ChatOptions)?.Messages.Sum(m => m.Content.Length) ?? 0);

    /// <summary>With more to read.</summary>
    public TaskLoad And(TaskLoad more) => new(Chars + more.Chars, Tokens + more.Tokens);

    /// <summary>Of a text and, in a chat, the turns before it.</summary>
    public static TaskLoad Of(string text, JobOptions options)
    {
        var load = new TaskLoad(text.Length, TokenEstimate.Of(text));
        foreach (var message in (options as ChatOptions)?.Messages ?? [])
        {
            load = new TaskLoad(load.Chars + message.Content.Length, load.Tokens + TokenEstimate.Of(message.Content));
        }

        return load;
    }
}
