using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>The conversation a language task becomes, for every runtime that chats.</summary>
public static class Conversation
{
    /// <summary>Oldest turn first.</summary>
    /// <exception cref="TaskFailedException">There is none.</exception>
    public static ImmutableArray<Message> Of(TaskRequest task) => task.OptionsCase == TaskRequest.OptionsOneofCase.Summarize
        ? [new Message { Role = "system", Content = Instruction(task.Summarize) }, new Message { Role = "user", Content = task.Text }]
        : task.Generate is { Messages.Count: > 0 } wish ? [.. wish.Messages]
        : throw new TaskFailedException(ReasonCode.BadInput, "There is no conversation in it.");

    private static string Instruction(Summarize wish) =>
        Prompts.Summary(wish.HasSentences ? wish.Sentences : SummaryLength.UsualSentences, wish.HasShare ? wish.Share : null);
}
