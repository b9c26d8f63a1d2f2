namespace EdgeMesh.Agent.Models;

/// <summary>The models that this device can run itself: the built-in ones and what is in its store. Thread-safe.</summary>
public sealed class LocalModels
{
    private readonly Lock _gate = new();
    private readonly List<Action> _watchers = [];
    private ImmutableArray<LocalModel> _stored = [];
    private ImmutableDictionary<string, double> _loadMs = ImmutableDictionary<string, double>.Empty;
    private Action<ImmutableDictionary<string, double>>? _keep;

    public ImmutableArray<LocalModel> All => [.. _stored, .. BuiltInModels.All];

    public LocalModel? Find(string id) => All.FirstOrDefault(m => m.Id == id);

    /// <summary>What loading the model took the last time, in milliseconds; null when it was never loaded.</summary>
    public double? LoadMs(string id) => _loadMs.TryGetValue(id, out var ms) ? ms : null;

    /// <summary>The model was used; loading it for that took so long, 0 when it was in memory.</summary>
    public void Loaded(string id, double ms)
    {
        if (ms > 0)
        {
            ImmutableInterlocked.AddOrUpdate(ref _loadMs, id, ms, (_, _) => ms);
            _keep?.Invoke(_loadMs);
        }
    }

    /// <summary>Starts with the load times of an earlier run, and gives each new set of them to <paramref name="keep"/>.</summary>
    public void KeepLoadTimes(ImmutableDictionary<string, double> before, Action<ImmutableDictionary<string, double>> keep) => (_loadMs, _keep) = (before, keep);

    /// <summary>Replaces what the store has.</summary>
    public void SetStored(ImmutableArray<LocalModel> stored)
    {
        Action[] watchers;
        lock (_gate)
        {
            _stored = stored;
            watchers = [.. _watchers];
        }

        Array.ForEach(watchers, w => w());
    }

    /// <summary>Calls <paramref name="changed"/> after each change until disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        lock (_gate)
        {
            _watchers.Add(changed);
        }

        return new Watching(this, changed);
    }

    private void Stop(Action changed)
    {
        lock (_gate)
        {
            _watchers.Remove(changed);
        }
    }

    private sealed class Watching(LocalModels models, Action changed) : IDisposable
    {
        public void Dispose() => models.Stop(changed);
    }
}
