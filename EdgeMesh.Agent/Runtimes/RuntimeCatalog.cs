using EdgeMesh.Core.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>All runtimes of this device, as one versioned set; more are added as they are found. Thread-safe.</summary>
/// <param name="time">Null: the system's.</param>
/// <param name="logger">Null: nobody is told of a watcher that broke.</param>
public sealed partial class RuntimeCatalog(IEnumerable<IRuntime> runtimes, TimeProvider? time = null, ILogger<RuntimeCatalog>? logger = null) : BackgroundService
{
    private static readonly TimeSpan WatchAgainAfter = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<CancellationToken> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ImmutableArray<IRuntime> _initial = [.. runtimes];
    private ImmutableArray<IRuntime> _runtimes = [.. runtimes];
    private long _version = 1;
    private ImmutableDictionary<string, CancellationTokenSource> _added = ImmutableDictionary<string, CancellationTokenSource>.Empty;
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
        var removed = new CancellationTokenSource();
        lock (_gate)
        {
            if (Find(runtime.Info.Id) is not null)
            {
                return;
            }

            _runtimes = _runtimes.Add(runtime);
            _added = _added.Add(runtime.Info.Id, removed);
        }

        Tell();
        _ = Task.Run(async () =>
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(await _started.Task, removed.Token);
            await WatchAsync(runtime, over.Token);
        });
    }

    /// <summary>Takes out one that was added; it is watched no more.</summary>
    public void Remove(string id)
    {
        CancellationTokenSource? watch;
        lock (_gate)
        {
            if (!_added.TryGetValue(id, out watch))
            {
                return;
            }

            _added = _added.Remove(id);
            _runtimes = _runtimes.RemoveAll(r => r.Info.Id == id);
        }

        watch.Cancel();
        Tell();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _started.TrySetResult(stoppingToken);
        await Task.WhenAll(_initial.Select(r => WatchAsync(r, stoppingToken)));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A watcher that breaks is a fault of one runtime: it is told and watched again, and neither the agent nor the other runtimes notice.
    private async Task WatchAsync(IRuntime runtime, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await runtime.WatchAsync(Tell, stopping);
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogWatcherBroke(logger ?? NullLogger<RuntimeCatalog>.Instance, runtime.Info.Name, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(WatchAgainAfter, time ?? TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    [LoggerMessage(430, LogLevel.Error, "Watching {Runtime} broke; it is watched again in some seconds.")]
    private static partial void LogWatcherBroke(ILogger logger, string runtime, Exception exception);
}
