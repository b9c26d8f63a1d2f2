using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Inference;

/// <summary>
/// The models in this worker's memory. A model is loaded when first used; when the budget is reached the one unused for longest goes first.
/// One that is in use is never unloaded. Thread-safe.
/// </summary>
internal sealed class LoadedModels(TimeProvider time, long? budgetBytes = null)
{
    private readonly long _budget = budgetBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _models = [];

    /// <summary>What is loaded with the bytes of its weights, least recently used first.</summary>
    public ImmutableArray<(string Id, long SizeBytes)> Resident
    {
        get
        {
            lock (_gate)
            {
                return [.. _models.OrderBy(m => m.Value.UsedAt).Select(m => (m.Value.Model.Id, m.Value.Model.SizeBytes))];
            }
        }
    }

    /// <summary>The model, loaded, until the lease is disposed.</summary>
    /// <exception cref="TaskFailedException">Its files cannot be used, or its provider cannot run it.</exception>
    public async Task<Lease> UseAsync(ModelRef reference, CancellationToken cancellationToken)
    {
        var key = Key(reference);
        if (TryLease(key, loadMs: 0) is { } ready)
        {
            return ready;
        }

        // One load at a time: two at once would each take memory the other counts on.
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (TryLease(key, loadMs: 0) is { } meanwhile)
            {
                return meanwhile;
            }

            MakeRoom(LoadedModel.SizeOf(reference.Folder));
            var started = time.GetTimestamp();
            var model = await Task.Run(() => LoadedModel.Load(reference, time), cancellationToken);
            lock (_gate)
            {
                _models[key] = new Entry(model) { UsedAt = time.GetTimestamp() };
            }

            return TryLease(key, time.GetElapsedTime(started).TotalMilliseconds)!;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Unloads a model that nothing uses.</summary>
    /// <returns>Whether it was loaded and is not any more.</returns>
    public bool Unload(string id)
    {
        List<LoadedModel> gone;
        lock (_gate)
        {
            var idle = _models.Where(m => m.Value.Model.Id == id && m.Value.Users == 0).ToList();
            idle.ForEach(m => _models.Remove(m.Key));
            gone = [.. idle.Select(m => m.Value.Model)];
        }

        gone.ForEach(m => m.Dispose());
        return gone.Count > 0;
    }

    private static string Key(ModelRef reference) => $"{reference.Folder}|{reference.Provider}|{reference.RequireAccelerator}";

    private void MakeRoom(long bytes)
    {
        List<LoadedModel> gone = [];
        lock (_gate)
        {
            foreach (var (key, entry) in _models.OrderBy(m => m.Value.UsedAt).ToList())
            {
                if (_models.Values.Sum(m => m.Model.SizeBytes) + bytes <= _budget)
                {
                    break;
                }

                if (entry.Users == 0 && _models.Remove(key))
                {
                    gone.Add(entry.Model);
                }
            }
        }

        gone.ForEach(m => m.Dispose());
    }

    private Lease? TryLease(string key, double loadMs)
    {
        lock (_gate)
        {
            if (!_models.TryGetValue(key, out var entry))
            {
                return null;
            }

            entry.Users++;
            entry.UsedAt = time.GetTimestamp();
            return new Lease(this, entry, loadMs);
        }
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            entry.UsedAt = time.GetTimestamp();
        }
    }

    /// <summary>A loaded model in use.</summary>
    internal sealed class Lease(LoadedModels models, Entry entry, double loadMs) : IDisposable
    {
        public LoadedModel Model => entry.Model;

        /// <summary>What loading took for this use; 0 when it was loaded.</summary>
        public double LoadMs => loadMs;

        /// <summary>The model as one of this kind.</summary>
        /// <exception cref="TaskFailedException">It is of another kind.</exception>
        public T As<T>()
            where T : LoadedModel => entry.Model as T ?? throw new TaskFailedException(ReasonCode.Unsupported, $"{entry.Model.Id} is not a model for this.");

        public void Dispose() => models.Return(entry);
    }

    internal sealed class Entry(LoadedModel model)
    {
        public LoadedModel Model => model;

        public int Users { get; set; }

        public long UsedAt { get; set; }
    }
}
