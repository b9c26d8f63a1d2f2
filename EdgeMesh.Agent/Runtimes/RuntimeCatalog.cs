using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>All runtimes of this device, as one versioned set. Thread-safe.</summary>
public sealed class RuntimeCatalog(IEnumerable<IRuntime> runtimes) : BackgroundService
{
    private readonly ImmutableArray<IRuntime> _runtimes = [.. runtimes];
    private long _version = 1;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Grows with every change of any runtime.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Completes at the next change; take it before reading <see cref="Version"/>.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Whether every built-in runtime has started.</summary>
    public bool Loaded => _runtimes.All(r => !r.IsBuiltIn || r.Info.State != RuntimeState.Starting);

    public ImmutableArray<RuntimeInfo> Infos => [.. _runtimes.Select(r => r.Info)];

    /// <summary>The runtime with this id, or null.</summary>
    public IRuntime? Find(string id) => _runtimes.FirstOrDefault(r => r.Info.Id == id);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_runtimes.Select(r => r.WatchAsync(Tell, stoppingToken)));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Tell()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }
}
