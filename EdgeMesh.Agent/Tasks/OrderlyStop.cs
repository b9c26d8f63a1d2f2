using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Link;

namespace EdgeMesh.Agent.Tasks;

/// <summary>
/// Stops the agent's work before anything else of it is stopped: nothing new is taken and every link hears so, what waits is handed back at once, what
/// runs may end within <see cref="AgentOptions.FinishWithin"/>, the rest ends as lost. Links close when the ends were read.
/// </summary>
internal sealed class OrderlyStop(AgentStop stop, TaskExecutor executor, AttemptStreams streams, AgentOptions options, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>Longest time for runtimes to give up, for readers to read how attempts ended, and to acknowledge it; each.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        stop.Begin();
        var unfinished = executor.Attempts.Unfinished;
        await Task.WhenAll(executor.Attempts.Unfinished.Where(r => !r.IsStarted).Select(r => r.StopAsync()));

        if (options.FinishWithin > TimeSpan.Zero && executor.Attempts.Unfinished.Count(r => r.IsStarted) is > 0 and var running)
        {
            Console.WriteLine($"Stopping: {(running == 1 ? "one task" : $"{running} tasks")} may finish within {options.FinishWithin.TotalSeconds:0.#} s.");
            await EndedAsync(options.FinishWithin, cancellationToken);
        }

        foreach (var run in executor.Attempts.Unfinished)
        {
            _ = run.StopAsync();
        }

        await EndedAsync(Patience, cancellationToken);
        await WithinAsync(streams.AllRead, Patience, cancellationToken);

        // What was read is not stored yet: a dashboard whose link closes now may drop it.
        await WithinAsync(Task.WhenAll(unfinished.Select(r => r.Acknowledged)), Patience, cancellationToken);
        stop.End();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task EndedAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        WithinAsync(Task.WhenAll(executor.Attempts.Unfinished.Select(r => r.Ended)), limit, cancellationToken);

    private async Task WithinAsync(Task work, TimeSpan limit, CancellationToken cancellationToken) =>
        await work.WaitAsync(limit, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
