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
    private long _began;
    private int _listeners;

    public int SubscriberCount => _history.SubscriberCount + Volatile.Read(ref _listeners) + _jobs.Values.Sum(j => j.Views.SubscriberCount);

    /// <summary>The newest view of an open job, or null.</summary>
    public JobView? Find(JobId id) => _jobs.GetValueOrDefault(id)?.Views.Current.View;

    /// <summary>How far an attempt is; null when it has not begun or its job is not open.</summary>
    public AttemptPulse? Pulse(AttemptId attempt, DateTimeOffset now)
    {
        if (_jobs.GetValueOrDefault(attempt.Job)?.Views.Current is not { } live || live.View.Tasks.Length < attempt.Task.Number
            || live.View.Tasks[attempt.Task.Number - 1].FindOpen(attempt.Number) is not { StartedAt: { } started })
        {
            return null;
        }

        return new AttemptPulse((now - started).TotalMilliseconds, IsLeading(live.View, attempt) ? live.Progress.GetValueOrDefault(attempt.Task)?.Fraction : null);
    }

    /// <summary>Whether an attempt's text is its task's: not that of a second device that was asked as well, while the first one runs. Nobody reads a job that is not open.</summary>
    public bool IsLeading(AttemptId attempt) => Find(attempt.Job) is not { } view || IsLeading(view, attempt);

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
            // How far an attempt was says nothing of the one that leads now.
            var before = job.Views.Current;
            job.Views.Publish(new JobLive(view, before.Progress.IsEmpty ? before.Progress : before.Progress.RemoveRange(before.Progress.Keys.Where(t => Lead(before.View, t) != Lead(view, t)))));
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

        foreach (var change in events)
        {
            if (change is AttemptStarted began && !view.Tasks[began.Task.Number - 1].Planned.Kind.IsLight())
            {
                Interlocked.Increment(ref _began);
            }
        }

        if (view.IsFinished || first == 1)
        {
            _history.Publish(Interlocked.Increment(ref _changes));
        }
    }

    /// <summary>A row of the history went away.</summary>
    public void Deleted() => _history.Publish(Interlocked.Increment(ref _changes));

    /// <summary>Attempts that began, light ones not counted.</summary>
    public long Began => Interlocked.Read(ref _began);

    /// <summary>Live progress of an attempt; null when it ended. That of an attempt that does not lead is not shown.</summary>
    public void Progress(AttemptId attempt, LiveProgress? progress)
    {
        if (_jobs.TryGetValue(attempt.Job, out var job))
        {
            lock (job)
            {
                var now = job.Views.Current;
                if (IsLeading(now.View, attempt) && (progress is not null || now.Progress.ContainsKey(attempt.Task)))
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

    private static bool IsLeading(JobView view, AttemptId attempt) => Lead(view, attempt.Task) is not { } lead || lead == attempt.Number;

    private static int? Lead(JobView view, TaskId task) => task.Number <= view.Tasks.Length ? view.Tasks[task.Number - 1].Current?.Number : null;

    private sealed record Open(LiveSource<JobLive> Views)
    {
        public List<JobListener> Listeners { get; } = [];
    }
}
