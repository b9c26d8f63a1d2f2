using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.Health;

/// <summary>
/// The one place that knows whether things can be stored. Everyone who writes tells it of a failure; it says so once, and only a probe that really wrote
/// (<see cref="StorageProbe"/>) ends the state. Who has something to store waits for that. Thread-safe.
/// </summary>
public sealed partial class StorageHealth(StoragePlace place, TimeProvider time, ILogger<StorageHealth> logger) : IStorageHealth
{
    private readonly Lock _gate = new();
    private readonly LiveSource<StorageState> _source = new(new StorageState(StorageCondition.Ok, time.GetUtcNow(), null));
    private StorageState? _damage;
    private TaskCompletionSource _works = Completed();
    private TaskCompletionSource _fails = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StorageState Current => _source.Current;

    public StorageRoom? Room()
    {
        try
        {
            return new StorageRoom(
                new[] { place.Database, place.Database + "-wal" }.Select(f => new FileInfo(f)).Where(f => f.Exists).Sum(f => f.Length), new DriveInfo(place.Folder).AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    public ILiveSubscription<StorageState> Subscribe() => _source.Subscribe();

    /// <summary>Something could not be stored or read. False: the failure is not the storage's.</summary>
    public bool Failed(Exception exception)
    {
        if (StorageFailure.Of(exception, place.Folder) is not { } condition)
        {
            return false;
        }

        var cause = (exception is Microsoft.EntityFrameworkCore.DbUpdateException ? exception.InnerException ?? exception : exception).Message;
        Set(condition, cause);
        return true;
    }

    /// <summary>A check found damage. It is told until the next start, and whatever else comes and goes meanwhile.</summary>
    public void Damaged(string cause) => Set(StorageCondition.Damaged, cause);

    /// <summary>Something was really written: what was wrong is over.</summary>
    public void Works()
    {
        lock (_gate)
        {
            if (Current.CanStore)
            {
                return;
            }

            LogWorks(logger, place.Folder, Current.Condition);
            _fails = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _source.Publish(_damage ?? new StorageState(StorageCondition.Ok, time.GetUtcNow(), null));
            _works.TrySetResult();
        }
    }

    /// <summary>Completes when things can be stored: at once, or when the trouble is over.</summary>
    public Task WorksAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _works.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes when nothing can be stored.</summary>
    public Task FailsAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _fails.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource Completed()
    {
        TaskCompletionSource completed = new();
        completed.SetResult();
        return completed;
    }

    private void Set(StorageCondition condition, string cause)
    {
        lock (_gate)
        {
            var state = new StorageState(condition, time.GetUtcNow(), StorageWords.Of(condition, place.Folder, cause));
            if (condition == StorageCondition.Damaged)
            {
                var isNews = _damage is null;
                _damage ??= state;
                if (!isNews || !Current.CanStore)
                {
                    return;
                }
            }
            else if (condition == Current.Condition)
            {
                return;
            }
            else if (Current.CanStore)
            {
                _works = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _fails.TrySetResult();
            }

            LogFails(logger, state.Problem!.Title, state.Problem.Detail, state.Problem.Remedy, cause);
            _source.Publish(state);
        }
    }

    [LoggerMessage(2401, LogLevel.Error, "{Title} {Detail} {Remedy} (The disk or the database said: {Cause})")]
    private static partial void LogFails(ILogger logger, string title, string detail, string remedy, string cause);

    [LoggerMessage(2402, LogLevel.Warning, "{Folder} can be written again (it was: {Condition}). What waited is stored now.")]
    private static partial void LogWorks(ILogger logger, string folder, StorageCondition condition);
}
