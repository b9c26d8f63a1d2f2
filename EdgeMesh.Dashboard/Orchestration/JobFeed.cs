using System.Collections.Concurrent;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Open jobs as everyone in this process sees them: conflated views for pages, every event for streams. Thread-safe.</summary>
public sealed class JobFeed
{
    private readonly ConcurrentDictionary<JobId, Open> _jobs = new();
    private readonly LiveSource<long> _history = new(0);
    private long _changes;
    private int _listeners;

    public int SubscriberCount => _history.SubscriberCount + Volatile.Read(ref _listeners) + _jobs.Values.Sum(j => j.Views.SubscriberCount);

    /// <summary>The newest view of an open job, or null.</summary>
    public JobView? Find(JobId id) => _jobs.GetValueOrDefault(id)?.Views.Current.View;

    /// <summary>How far an attempt is; null when it has not begun or its job is not open.</summary>
    public AttemptPulse? Pulse(AttemptId attempt, DateTimeOffset now)
    {
        if (_jobs.GetValueOrDefault(attempt.Job)?.Views.Current is not { } live || live.View.Tasks.Length < attempt.Task.Number
            || live.View.Tasks[attempt.Task.Number - 1].Current is not { StartedAt: { } started } current || current.Number != attempt.Number)
        {
            return null;
        }

        return new AttemptPulse((now - started).TotalMilliseconds, live.Progress.GetValueOrDefault(attempt.Task)?.Fraction);
    }

    public ILiveSubscription<JobLive>? Watch(JobId id) => _jobs.GetValueOrDefault(id)?.Views.Subscribe();

    public ILiveSubscription<long> SubscribeToHistory() => _history.Subscribe();

    /// <summary>Events that wait for their readers, in all; for tests and metrics.</summary>
    public int Backlog => _jobs.Values.Sum(j =>
    {
        lock (j)
        {
            return j.Listeners.Sum(l => l.Waiting);
        }
    });

    /// <summary>Events were stored: tell.</summary>
    public void Publish(JobView view, long first, ImmutableArray<JobEvent> events)
    {
        var job = _jobs.GetOrAdd(view.Id, static (_, v) => new Open(new LiveSource<JobLive>(new JobLive(v, ImmutableDictionary<TaskId, LiveProgress>.Empty))), view);
        lock (job)
        {
            job.Views.Publish(job.Views.Current with { View = view });
            foreach (var listener in job.Listeners)
            {
                for (var i = 0; i < events.Length; i++)
                {
                    listener.Tell(new SequencedEvent(first + i, events[i]));
                }
            }

            if (view.IsFinished)
            {
                _jobs.TryRemove(view.Id, out _);
                job.Views.Complete();
                job.Listeners.ForEach(l => l.End());
            }
        }

        if (view.IsFinished || first == 1)
        {
            _history.Publish(Interlocked.Increment(ref _changes));
        }
    }

    /// <summary>A row of the history went away.</summary>
    public void Deleted() => _history.Publish(Interlocked.Increment(ref _changes));

    /// <summary>Live progress of an attempt; null when it ended.</summary>
    public void Progress(AttemptId attempt, LiveProgress? progress)
    {
        if (_jobs.TryGetValue(attempt.Job, out var job))
        {
            lock (job)
            {
                var now = job.Views.Current;
                if (progress is not null || now.Progress.ContainsKey(attempt.Task))
                {
                    job.Views.Publish(now with { Progress = progress is null ? now.Progress.Remove(attempt.Task) : now.Progress.SetItem(attempt.Task, progress) });
                }
            }
        }
    }

    /// <summary>Live events from now on; null when the job is not open. Join them to stored ones by sequence.</summary>
    public JobListener? Listen(JobId id)
    {
        if (!_jobs.TryGetValue(id, out var job))
        {
            return null;
        }

        var listener = new JobListener(l =>
        {
            lock (job)
            {
                job.Listeners.Remove(l);
            }

            Interlocked.Decrement(ref _listeners);
        });
        lock (job)
        {
            if (job.Views.Current.View.IsFinished)
            {
                return null;
            }

            job.Listeners.Add(listener);
        }

        Interlocked.Increment(ref _listeners);
        return listener;
    }

    private sealed record Open(LiveSource<JobLive> Views)
    {
        public List<JobListener> Listeners { get; } = [];
    }
}
