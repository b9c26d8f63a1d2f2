using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>All runtimes of this device, as one versioned set; more are added as they are found. Thread-safe.</summary>
public sealed class RuntimeCatalog(IEnumerable<IRuntime> runtimes) : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<CancellationToken> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ImmutableArray<IRuntime> _initial = [.. runtimes];
    private ImmutableArray<IRuntime> _runtimes = [.. runtimes];
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

    /// <summary>The runtimes of one class.</summary>
    public IEnumerable<T> Of<T>()
        where T : IRuntime => _runtimes.OfType<T>();

    /// <summary>Has the canaries run again soon.</summary>
    /// <returns>How many.</returns>
    public int ProveAgain()
    {
        var proving = _runtimes.OfType<IProvable>().ToList();
        proving.ForEach(r => r.ProveAgain());
        return proving.Count;
    }

    /// <summary>One more; one whose id is known already is left out.</summary>
    public void Add(IRuntime runtime)
    {
        lock (_gate)
        {
            if (Find(runtime.Info.Id) is not null)
            {
                return;
            }

            _runtimes = _runtimes.Add(runtime);
        }

        Tell();
        _ = WatchAsync(runtime);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _started.TrySetResult(stoppingToken);
        await Task.WhenAll(_initial.Select(r => r.WatchAsync(Tell, stoppingToken)));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WatchAsync(IRuntime runtime) => await runtime.WatchAsync(Tell, await _started.Task);

    private void Tell()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }
}
