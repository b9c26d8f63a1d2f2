using System.Collections.Concurrent;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Jobs that have not ended, counted against the limit. The last tenth of the places is for callers that have less than a tenth, so that one caller cannot take them all. Thread-safe.</summary>
public sealed class OpenJobs(OrchestratorOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _ofCaller = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<JobId, string> _open = new();

    public ICollection<JobId> All => _open.Keys;

    /// <summary>Takes a place; false when all are taken that this caller may have.</summary>
    public bool TryBegin(JobId id, string caller)
    {
        lock (_gate)
        {
            var kept = options.MaxOpenJobs / 10;
            var free = options.MaxOpenJobs - _open.Count;
            return free > 0 && (free > kept || _ofCaller.GetValueOrDefault(caller) < kept) && Add(id, caller);
        }
    }

    /// <summary>A job that the last process left open: it has its place, however many there are.</summary>
    public void Restore(JobId id, string caller)
    {
        lock (_gate)
        {
            Add(id, caller);
        }
    }

    public void Ended(JobId id)
    {
        lock (_gate)
        {
            if (_open.TryRemove(id, out var caller) && --_ofCaller[caller] == 0)
            {
                _ofCaller.Remove(caller);
            }
        }
    }

    private bool Add(JobId id, string caller)
    {
        var isNew = _open.TryAdd(id, caller);
        _ofCaller[caller] = _ofCaller.GetValueOrDefault(caller) + (isNew ? 1 : 0);
        return isNew;
    }
}
