using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Tasks;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>
/// What runtimes share that go on with an answer begun elsewhere (<see cref="TaskRequest.SoFar"/>). They write what comes behind it and nothing of it; where they cannot, the
/// attempt ends as <see cref="ReasonCode.CannotContinue"/> and the orchestrator has the answer written anew.
/// </summary>
internal static class GoingOn
{
    /// <summary>An order to go on goes to a model only that can now.</summary>
    /// <exception cref="TaskFailedException">CannotContinue.</exception>
    public static void Check(TaskRequest task, RuntimeInfo runtime)
    {
        if (task.SoFar.Length > 0 && runtime.Models.FirstOrDefault(m => m.Id == task.ModelId) is not { Continues: true })
        {
            throw Failed($"{runtime.Name} cannot go on with a text of {task.ModelId}.");
        }
    }

    /// <summary>Whether a failure before the first word may be due to the beginning of the answer, so that the task may succeed without it.</summary>
    public static bool IsRefusal(TaskRequest task, TaskFailedException e) => task.SoFar.Length > 0 && e.Reason is ReasonCode.BadInput or ReasonCode.EngineError or ReasonCode.Unsupported;

    /// <summary>The tokens that may still be written: the limit of the whole answer less what is there, 1 at least. Null: no limit was asked for.</summary>
    /// <param name="written">Tokens that are there, counted or estimated.</param>
    public static int? Left(TaskRequest task, int written) => task.Generate is { HasMaxTokens: true } wish ? Math.Max(1, wish.MaxTokens - written) : null;

    /// <summary>The same, with what is there estimated, as an engine's tokenizer is not at hand.</summary>
    public static int? Left(TaskRequest task) => Left(task, task.SoFar.Length == 0 ? 0 : TokenEstimate.Of(task.SoFar));

    /// <param name="cause">In words.</param>
    public static TaskFailedException Failed(string cause) => new(ReasonCode.CannotContinue, cause);
}
