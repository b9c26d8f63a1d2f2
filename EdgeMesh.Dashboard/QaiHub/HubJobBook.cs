using System.Collections.Concurrent;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The one writer of what is known of jobs: stored first, then told. Poll, pages and downloads all come through here, so none undoes another's change. Thread-safe.</summary>
public sealed class HubJobBook(HubClients clients, HubBoard board, HubJobStore store) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<string, bool> _waiting = new();
    private string? _loaded;

    public ImmutableArray<TrackedJob> Jobs => board.Current.Jobs.Items;

    public TrackedJob? Find(string id) => board.Current.Jobs.Find(id);

    /// <summary>The job that made a model, where it is known.</summary>
    public TrackedJob? MakerOf(string model) => Jobs.FirstOrDefault(j => j.TargetModelId == model);

    /// <summary>What a model was compiled for, where the job that made it is known.</summary>
    public string? RuntimeOf(string model) => MakerOf(model)?.Runtime;

    /// <summary>How many jobs wait for a place in this process.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>A job that waits for a place in this process; after another start nobody waits for it any more.</summary>
    public void Waits(string id, bool yes)
    {
        if (yes)
        {
            _waiting[id] = true;
        }
        else
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Removes what was kept of a job that never was at the service.</summary>
    public async Task ForgetAsync(string id, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await store.DeleteAsync(clients.Key, id, cancellationToken);
            board.Change(now => now with { Jobs = now.Jobs with { Items = now.Jobs.Items.RemoveAll(j => j.Id == id) } });
        }
        finally
        {
            _writing.Release();
        }
    }

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
                await store.AdoptAsync(clients.OldKeys, key, cancellationToken);
                var jobs = (await store.LoadAsync(key, cancellationToken)).Select(Recovered).ToImmutableArray();
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
            // One that is too old to be in memory still has its file, its follower and what was submitted here.
            var before = board.Current.Jobs.Items.FirstOrDefault(j => j.Id == id) ?? await store.FindAsync(clients.Key, id, cancellationToken);
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

    private TrackedJob Recovered(TrackedJob job) => job.IsAtService || _waiting.ContainsKey(job.Id)
        ? job
        : job with { State = HubJobState.Failed, Wait = null, FinishedAt = job.FinishedAt ?? job.CreatedAt, Trouble = HubProblems.WaitInterrupted() };
}
