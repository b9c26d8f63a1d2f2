namespace EdgeMesh.Agent.Link;

/// <summary>How far an orderly stop of the agent has come: nothing, begun (nothing new is taken), over (links may close). Thread-safe.</summary>
public sealed class AgentStop
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsBegun => _begun.Task.IsCompleted;

    /// <summary>What ran has ended, and its end was read as far as there was time for it.</summary>
    public bool IsOver => _over.Task.IsCompleted;

    /// <summary>Completes at the next step.</summary>
    public Task Next => IsBegun ? _over.Task : _begun.Task;

    public void Begin() => _begun.TrySetResult();

    public void End() => _over.TrySetResult();
}
