using System.Threading.Channels;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Files;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Tasks.Kept;

/// <summary>
/// Attempts and their output outlive the agent's process: a file for each, written at most every half second and at its end, deleted when it is forgotten. ECHO and SYSINFO take no time and
/// have none. When the agent starts, those that had ended are told as they did, and the others end once, as lost. A disk that cannot be written to costs nothing but this.
/// </summary>
internal sealed partial class AttemptFiles(TaskExecutor executor, AgentOptions options, TaskLimits limits, TimeProvider time, ILogger<AttemptFiles> logger) : BackgroundService
{
    private const int MostSetAside = 10;
    // An orchestrator that has not asked for so long will not.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<TaskRun, AttemptFile> _open = [];
    private readonly Dictionary<TaskRun, string> _paths = [];
    private bool _complained;

    private string Folder => Path.Combine(options.DataDirectory, "attempts");

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        executor.Attempts.Taken = (key, run) =>
        {
            if (HasFile(run))
            {
                _changes.Writer.TryWrite(new Change(What.Taken, key.Caller, run));
                run.Ended.ContinueWith(_ => _changes.Writer.TryWrite(new Change(What.Ended, "", run)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        };
        executor.Attempts.Forgotten = run =>
        {
            if (HasFile(run))
            {
                _changes.Writer.TryWrite(new Change(What.Forgotten, "", run));
            }
        };
        Try(Restore);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        TakeChanges();
        AppendAll();
    }

    public override void Dispose()
    {
        foreach (var file in _open.Values)
        {
            file.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task changed = _changes.Reader.WaitToReadAsync(stoppingToken).AsTask();
        var written = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            if (_open.Count == 0)
            {
                await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (Every - time.GetElapsedTime(written) is var rest && rest > TimeSpan.Zero)
            {
                await Task.WhenAny(changed, Task.Delay(rest, time, stoppingToken));
            }

            if (changed.IsCompleted)
            {
                TakeChanges();
                changed = _changes.Reader.WaitToReadAsync(stoppingToken).AsTask();
            }

            if (time.GetElapsedTime(written) >= Every)
            {
                AppendAll();
                written = time.GetTimestamp();
            }
        }
    }

    private static bool HasFile(TaskRun run) => run.Request.Kind is not (TaskKindValue.Echo or TaskKindValue.Sysinfo);

    private void TakeChanges()
    {
        while (_changes.Reader.TryRead(out var change))
        {
            var (what, caller, run) = change;
            switch (what)
            {
                case What.Taken:
                    var path = Path.Combine(Folder, AttemptFile.NameOf(caller, run.Request));
                    if (!Try(() => Create(path, caller, run)))
                    {
                        // What may be there does not even tell what it is of.
                        Try(() => File.Delete(path));
                    }

                    break;
                case What.Ended:
                    Append(run);
                    break;
                default:
                    Close(run);
                    if (_paths.Remove(run, out var gone))
                    {
                        Try(() => File.Delete(gone));
                    }

                    break;
            }
        }
    }

    private void Create(string path, string caller, TaskRun run)
    {
        OwnerOnlyFile.CreateDirectory(Folder);
        _open[run] = AttemptFile.Create(path, caller, run);
        _paths[run] = path;
        _complained = false;
    }

    private void AppendAll()
    {
        foreach (var run in _open.Keys.ToList())
        {
            Append(run);
        }
    }

    private void Append(TaskRun run)
    {
        if (_open.TryGetValue(run, out var file) && (!Try(file.Append) || file.IsClosed))
        {
            Close(run);
        }
    }

    private void Close(TaskRun run)
    {
        if (_open.Remove(run, out var file))
        {
            file.Dispose();
        }
    }

    private void Restore()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        var files = new DirectoryInfo(Folder).GetFiles("*" + AttemptFile.Extension).OrderBy(f => f.LastWriteTimeUtc).ToList();
        var kept = files.TakeLast(limits.KeptResults).Where(f => time.GetUtcNow() - f.LastWriteTimeUtc < Longest).ToHashSet();
        foreach (var file in files)
        {
            Try(kept.Contains(file) ? () => Restore(file) : file.Delete);
        }

        executor.Attempts.Sweep();
        foreach (var aside in new DirectoryInfo(Folder).GetFiles("*.damaged").OrderByDescending(f => f.LastWriteTimeUtc).Skip(MostSetAside))
        {
            Try(aside.Delete);
        }
    }

    private void Restore(FileInfo file)
    {
        if (file.Length <= AttemptFile.Largest * 2 && AttemptFile.Read(File.ReadAllBytes(file.FullName), time) is var (caller, run))
        {
            _paths[run] = file.FullName;
            executor.Attempts.Restore(TaskKey.Of(caller, run.Request), run);
            return;
        }

        file.MoveTo(file.FullName + ".damaged", overwrite: true);
        LogDamaged(logger, file.Name);
    }

    private bool Try(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            // Whatever it was, it never ends the agent.
            if (!_complained)
            {
                _complained = true;
                LogMemoryOnly(logger, e.Message.TrimEnd('.'));
            }

            return false;
        }
    }

    private enum What
    {
        Taken,
        Ended,
        Forgotten,
    }

    private sealed record Change(What What, string Caller, TaskRun Run);

    [LoggerMessage(440, LogLevel.Warning, "What tasks answer is kept in memory only for now, so a restart of this agent loses it: {Reason}. Free space on the disk of the data directory, or make it writable.")]
    private static partial void LogMemoryOnly(ILogger logger, string reason);

    [LoggerMessage(441, LogLevel.Warning, "The file of a kept attempt was damaged and set aside as {Name}: its task is placed again. It may be deleted.")]
    private static partial void LogDamaged(ILogger logger, string name);
}
