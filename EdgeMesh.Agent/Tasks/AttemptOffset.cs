using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Tasks;

/// <summary>How much of an attempt's output a reader has already. Pure.</summary>
/// <param name="Text">UTF-16 code units of text, what turned out to be reasoning included.</param>
/// <param name="Reasoning">UTF-16 code units of reasoning, such text not included.</param>
/// <param name="TextWasReasoning">It was told that the text so far was reasoning.</param>
/// <param name="Artifacts">Whole files.</param>
public readonly record struct AttemptOffset(long Text, long Reasoning, bool TextWasReasoning, int Artifacts)
{
    public static AttemptOffset Of(AttachRequest request) => new(request.Text, request.Reasoning, request.TextWasReasoning, request.Artifacts);

    /// <summary>What of the next update the reader does not have (null: it has it all), and what is left to skip in those behind it.</summary>
    public (TaskUpdate? Unread, AttemptOffset Left) Skip(TaskUpdate update)
    {
        switch (update.UpdateCase)
        {
            case TaskUpdate.UpdateOneofCase.Text when Text > 0:
                var text = Behind(update.Text, Text);
                return (text is null ? null : new TaskUpdate { Text = text }, this with { Text = Math.Max(0, Text - update.Text.Length) });
            case TaskUpdate.UpdateOneofCase.Reasoning when Reasoning > 0:
                var reasoning = Behind(update.Reasoning, Reasoning);
                return (reasoning is null ? null : new TaskUpdate { Reasoning = reasoning }, this with { Reasoning = Math.Max(0, Reasoning - update.Reasoning.Length) });
            case TaskUpdate.UpdateOneofCase.TextWasReasoning when TextWasReasoning:
                return (null, this with { TextWasReasoning = false });
            case TaskUpdate.UpdateOneofCase.Artifact when Artifacts > 0:
                return (null, update.Artifact.Last ? this with { Artifacts = Artifacts - 1 } : this);
            default:
                return (update, this);
        }
    }

    private static string? Behind(string text, long skip) => skip >= text.Length ? null : text[(int)skip..];
}
