using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes;

/// <summary>All runtimes of this device, as one versioned set. Thread-safe.</summary>
public sealed class RuntimeCatalog(IEnumerable<IRuntime> runtimes) : BackgroundService
{
    private readonly ImmutableArray<IRuntime> _runtimes = [.. runtimes];
    private long _version = 1;

    /// <summary>Grows with every change of any runtime.</summary>
    public long Version => Interlocked.Read(ref _version);

    public ImmutableArray<RuntimeInfo> Infos => [.. _runtimes.Select(r => r.Info)];

    /// <summary>The runtime with this id, or null.</summary>
    public IRuntime? Find(string id) => _runtimes.FirstOrDefault(r => r.Info.Id == id);

    /// <summary>Has the canaries run again soon.</summary>
    /// <returns>How many.</returns>
    public int ProveAgain()
    {
        var proving = _runtimes.OfType<IProvable>().ToList();
        proving.ForEach(r => r.ProveAgain());
        return proving.Count;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_runtimes.Select(r => r.WatchAsync(() => Interlocked.Increment(ref _version), stoppingToken)));
}
