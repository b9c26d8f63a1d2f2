namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The one writer of what is known of jobs: stored first, then told. Poll, pages and downloads all come through here, so none undoes another's change. Thread-safe.</summary>
public sealed class HubJobBook(HubClients clients, HubBoard board, HubJobStore store) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private string? _loaded;

    public ImmutableArray<TrackedJob> Jobs => board.Current.Jobs.Items;

    public TrackedJob? Find(string id) => board.Current.Jobs.Find(id);

    /// <summary>What a model was compiled for, where the job that made it is known.</summary>
    public string? RuntimeOf(string model) => Jobs.FirstOrDefault(j => j.TargetModelId == model)?.Runtime;

    /// <summary>Jobs of the service in use; those of another one are put away.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded == clients.Key)
        {
            return;
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            var key = clients.Key;
            if (_loaded != key)
            {
                var jobs = await store.LoadAsync(key, cancellationToken);
                board.Change(now => now with { Jobs = new HubJobList(jobs, null, null) });
                _loaded = key;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Changes what is known of a job.</summary>
    /// <param name="change">Gets what is known now, null when nothing is; null leaves it.</param>
    /// <returns>What is known afterwards.</returns>
    public async Task<TrackedJob?> ChangeAsync(string id, Func<TrackedJob?, TrackedJob?> change, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var before = Find(id);
            if (change(before) is not { } after || after == before)
            {
                return before;
            }

            await store.SaveAsync(clients.Key, after, cancellationToken);
            board.Put(after);
            return after;
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();
}
