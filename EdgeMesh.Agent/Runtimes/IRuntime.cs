using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>An engine on this device. A new one is a new folder with one class of this shape.</summary>
public interface IRuntime
{
    /// <summary>What it is and can now; replaced, never changed.</summary>
    RuntimeInfo Info { get; }

    /// <summary>Part of every agent: the device counts as starting until it has left that state.</summary>
    bool IsBuiltIn => false;

    /// <summary>Keeps <see cref="Info"/> true until cancelled; calls <paramref name="changed"/> after each change. Never throws.</summary>
    Task WatchAsync(Action changed, CancellationToken cancellationToken);

    /// <summary>Runs a task; text goes to <paramref name="output"/> as it comes. An expected failure is a <see cref="TaskFailedException"/>.</summary>
    /// <returns>What it measured; the executor adds times, memory and identity.</returns>
    Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken);
}

/// <summary>A runtime with a canary: a known run whose right answer proves the accelerator.</summary>
public interface IProvable
{
    /// <summary>Runs the canary again soon.</summary>
    void ProveAgain();
}

/// <summary>Where an answer is written: what the model thinks, apart from what it answers.</summary>
public interface IAnswerOutput
{
    /// <summary>More of the answer.</summary>
    void Text(string text);

    /// <summary>More of what the model thinks beside its answer.</summary>
    void Reasoning(string text);

    /// <summary>All text so far was reasoning: it began without a mark. The answer begins now. Once an attempt.</summary>
    void TextWasReasoning();
}

/// <summary>Where a runtime writes.</summary>
public interface ITaskOutput : IAnswerOutput
{
    void Progress(double fraction, string note);

    /// <summary>A whole file that the task made; the orchestrator stores it under a safe form of its name. Each name once an attempt.</summary>
    void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes);
}
