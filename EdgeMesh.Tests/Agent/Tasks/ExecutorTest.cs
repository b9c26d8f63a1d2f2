using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using Microsoft.Extensions.Time.Testing;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>An executor with a clock that the test moves and a runtime that it holds.</summary>
public abstract class ExecutorTest : IDisposable
{
    protected ExecutorTest() => Catalog = new RuntimeCatalog([Held, Other]);

    private protected RuntimeCatalog Catalog { get; }

    private protected FakeTimeProvider Clock { get; } = new();

    private protected AgentStop Agent { get; } = new();

    private protected HeldRuntime Held { get; } = new();

    private protected HeldRuntime Other { get; } = new("other");

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Catalog.Dispose();
        }
    }

    private protected static TaskRequest Request(string task, int attempt = 1, TaskKindValue kind = TaskKindValue.LlmGenerate) =>
        new() { JobId = "job", TaskId = task, Attempt = attempt, Kind = kind, RuntimeId = "held", ModelId = "model", Text = "input" };

    private protected static CancelRequest Cancel(string task, int attempt) => new() { JobId = "job", TaskId = task, Attempt = attempt };

    private protected static TaskRun Start(TaskExecutor executor, string task, int attempt = 1, TaskKindValue kind = TaskKindValue.LlmGenerate) =>
        executor.Start(Request(task, attempt, kind)).Run!;

    private protected static List<TaskUpdate> Updates(TaskRun run) => run.Read(0).Updates;

    private protected static string Text(TaskRun run) => string.Concat(Updates(run).Select(u => u.Text));

    private protected TaskExecutor New(int slots = 2, int queue = 64) => new(Catalog, new TaskLimits { Slots = slots, Queue = queue }, Clock, Agent);
}

/// <summary>Runs a task until the test lets it finish; some names do something else.</summary>
internal sealed class HeldRuntime(string id = "held") : IRuntime
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private int _runs;

    public int Runs => Volatile.Read(ref _runs);

    public RuntimeInfo Info { get; set; } = new(id, "Held", RuntimeState.Ready, null, [], [TaskKind.LlmGenerate], null);

    public void Finish(string task) => Held(task).TrySetResult();

    public Task WatchAsync(Action changed, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        switch (task.TaskId)
        {
            case "throw":
                throw new InvalidOperationException("a secret of the prompt");
            case "stalls":
                output.Progress(0, "loading");
                await Held("begin").Task.WaitAsync(cancellationToken);
                output.Text("so far");
                await Held("go on").Task.WaitAsync(cancellationToken);
                output.Progress(0.5, "half");
                await Held(task.TaskId).Task.WaitAsync(cancellationToken);
                return new TaskReceipt();
            case "answers one":
                output.Text(".");
                throw new TaskFailedException(ReasonCode.EngineError, "It broke.");
            case "fail":
                throw new TaskFailedException(ReasonCode.BadInput, "Not /home/someone/secret/net.onnx.");
            case "flood":
                while (true)
                {
                    output.Text(new string('x', 100));
                }

            case "mute":
                output.Text("\n ");
                return new TaskReceipt();
            case "thinks":
                output.Reasoning("hmm ");
                output.Reasoning("so.");
                return new TaskReceipt();
            case "unmarked":
                output.Text("hmm");
                output.TextWasReasoning();
                return new TaskReceipt();
            case "large":
                output.Text(new string('x', 200_000));
                break;
        }

        if (task.Kind != TaskKindValue.Echo)
        {
            output.Text("done ");
            await Held(task.TaskId).Task.WaitAsync(cancellationToken);
        }

        output.Text(task.TaskId);
        return new TaskReceipt();
    }

    private TaskCompletionSource Held(string task) => _held.GetOrAdd(task, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
