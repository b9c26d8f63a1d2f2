using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Tasks;

/// <summary>
/// The attempts that this device knows, one for each task of each orchestrator: those that wait or run, and those that ended, until the orchestrator
/// acknowledged their end. Beyond the limits the attempts that ended first are forgotten; the newest is kept whatever its size. Thread-safe.
/// </summary>
public sealed class KeptAttempts(TaskLimits limits)
{
    private readonly ConcurrentDictionary<TaskKey, TaskRun> _runs = new();
    private int _ended;
    private long _endedSize;

    /// <summary>Called when an attempt is taken.</summary>
    public Action<TaskKey, TaskRun> Taken { get; set; } = static (_, _) => { };

    /// <summary>Called when an attempt is forgotten.</summary>
    public Action<TaskRun> Forgotten { get; set; } = static _ => { };

    /// <summary>Those that wait or run.</summary>
    public IReadOnlyList<TaskRun> Unfinished => [.. _runs.Values.Where(r => !r.IsOver)];

    /// <summary>The newest attempt of a task; null when none is known.</summary>
    public TaskRun? Newest(TaskKey task) => _runs.GetValueOrDefault(task);

    /// <summary>Exactly this attempt; null when it is not known (any more).</summary>
    public TaskRun? Find(TaskKey task, int attempt) => Newest(task) is { } run && run.Attempt == attempt ? run : null;

    /// <summary>Keeps a run in place of the one before it; false when there is another one by now.</summary>
    public bool TryReplace(TaskKey task, TaskRun? before, TaskRun run)
    {
        if (before is null ? !_runs.TryAdd(task, run) : !_runs.TryUpdate(task, run, before))
        {
            return false;
        }

        if (before is not null)
        {
            Forget(before);
        }

        Taken(task, run);
        return true;
    }

    /// <summary>One that ended before this process began.</summary>
    public void Restore(TaskKey task, TaskRun ended)
    {
        // Of one task only the newest attempt is kept.
        var before = Newest(task);
        if (before?.Attempt >= ended.Attempt)
        {
            Forgotten(ended);
        }
        else if (before is null ? _runs.TryAdd(task, ended) : _runs.TryUpdate(task, ended, before))
        {
            Ending(ended);
            if (before is not null)
            {
                Forget(before);
            }
        }
    }

    /// <summary>What an orchestrator may ask about.</summary>
    public IEnumerable<KnownAttempt> Of(string caller) => _runs.Where(r => r.Key.Caller == caller).Select(r => new KnownAttempt
    {
        Attempt = new AttemptRef { JobId = r.Key.Job, TaskId = r.Key.Task, Attempt = r.Value.Attempt },
        Started = r.Value.IsStarted,
        Ended = r.Value.IsOver,
    });

    /// <summary>Forgets an attempt whose end is stored elsewhere; one that has not ended stays.</summary>
    public void Acknowledge(TaskKey task, int attempt)
    {
        if (Find(task, attempt) is { IsOver: true } run)
        {
            run.Acknowledge();
            Remove(task, run);
        }
    }

    /// <summary>Counts a run that is about to end; call before its end is told, so that nobody meets a result that is not counted.</summary>
    public void Ending(TaskRun run)
    {
        Interlocked.Increment(ref _ended);
        Interlocked.Add(ref _endedSize, run.Size);
    }

    /// <summary>Forgets what is beyond the limits.</summary>
    public void Sweep()
    {
        if (Volatile.Read(ref _ended) <= limits.KeptResults && Interlocked.Read(ref _endedSize) <= limits.KeptSize)
        {
            return;
        }

        var ended = _runs.Where(r => r.Value.IsOver).OrderBy(r => r.Value.EndedAt).ToList();
        for (var i = 0; i < ended.Count - 1 && (Volatile.Read(ref _ended) > limits.KeptResults * 3 / 4 || Interlocked.Read(ref _endedSize) > limits.KeptSize / 2); i++)
        {
            Remove(ended[i].Key, ended[i].Value);
        }
    }

    private void Remove(TaskKey task, TaskRun run)
    {
        if (_runs.TryRemove(new KeyValuePair<TaskKey, TaskRun>(task, run)))
        {
            Forget(run);
        }
    }

    private void Forget(TaskRun run)
    {
        Forgotten(run);
        run.Ended.ContinueWith(
            _ =>
            {
                Interlocked.Decrement(ref _ended);
                Interlocked.Add(ref _endedSize, -run.Size);
                run.Dispose();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
