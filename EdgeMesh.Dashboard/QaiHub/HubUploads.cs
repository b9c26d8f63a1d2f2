using System.Collections.Concurrent;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Models on their way: from a person to a folder here, and from there to the service, in parts that are gone on with at the next start of the dashboard, or when a person says so after a failure. Thread-safe.</summary>
public sealed partial class HubUploads : IHostedService, IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private const int MostFiles = 200;
    private readonly string _folder;
    private readonly HubClients _clients;
    private readonly HubBoard _board;
    private readonly HubJobStore _store;
    private readonly HubUploadNotes _notes;
    private readonly QaiHubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HubUploads> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ReceivedUploads _received;
    private readonly ITimer _sweep;
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();

    public HubUploads(
        DashboardOptions dashboard, HubClients clients, HubBoard board, HubJobStore store, HubUploadNotes notes, QaiHubOptions options, TimeProvider time, ILogger<HubUploads> logger)
    {
        _folder = Path.Combine(dashboard.DataDirectory, "qaihub", "uploads");
        (_clients, _board, _store, _notes, _options, _time, _logger) = (clients, board, store, notes, options, time, logger);
        _received = new ReceivedUploads(time);
        _sweep = time.CreateTimer(_ => Sweep(), null, ReceivedUploads.Kept / 4, ReceivedUploads.Kept / 4);
        foreach (var note in _notes.Left(_folder))
        {
            _board.Put(new HubTransfer(note.Id, TransferDirection.Upload, note.Name, note.State.BytesDone, note.State.Bytes, true, HubProblems.UploadInterrupted(), null, true, note.At, note.At));
        }
    }

    /// <summary>Goes on with what the last run of the dashboard left. Without a connection to the service it waits for a person.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var left in _board.Current.Transfers.Where(t => t.CanResume).ToList())
        {
            Resume(left.Id);
        }

        return Task.CompletedTask;
    }

    /// <summary>What is under way stays as it is for the next start.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    /// <summary>Keeps one more file, under a name of our own.</summary>
    public async Task<(HubUpload? Upload, Problem? Problem)> ReceiveAsync(string? id, string name, Stream content, CancellationToken cancellationToken)
    {
        if (name.Length > 200 || !SafePath.IsFileName(name) || name[0] == '.')
        {
            return (null, HubProblems.NameWrong(name));
        }

        Sweep();
        var begun = id is null ? Guid.NewGuid().ToString("n") : null;
        if (begun is not null && !_received.TryBegin(begun))
        {
            return (null, HubProblems.TooManyUploads(ReceivedUploads.Most, _received.NextForgotten()));
        }

        if (_received.Find(begun ?? id!) is not { } before)
        {
            return (null, HubProblems.UploadUnknown());
        }

        var (upload, problem) = await ReceiveAsync(before, name, content, cancellationToken);
        if (upload is null && begun is not null)
        {
            Forget(begun);
        }

        return (upload, problem);
    }

    private async Task<(HubUpload? Upload, Problem? Problem)> ReceiveAsync(HubUpload before, string name, Stream content, CancellationToken cancellationToken)
    {
        // No name that a person may give begins with a dot.
        var folder = Path.Combine(_folder, before.Id);
        var arriving = Path.Combine(folder, $".{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(folder);
            if (await KeepAsync(content, arriving, _options.MaxUploadBytes - before.Bytes, () => _received.Touch(before.Id), cancellationToken) is { } bytes
                && _received.Add(before.Id, new HubUploadFile(name, bytes), MostFiles, _options.MaxUploadBytes) is { } upload)
            {
                File.Move(arriving, Path.Combine(folder, name), overwrite: true);
                return (upload, null);
            }

            return (null, _received.Find(before.Id) is null ? HubProblems.UploadUnknown() : HubProblems.UploadTooLarge(_options.MaxUploadBytes));
        }
        catch (OperationCanceledException)
        {
            return (null, HubProblems.UploadFailed("It was broken off."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, HubProblems.UploadFailed(StorageWords.NotReceived(e)));
        }
        finally
        {
            if (File.Exists(arriving))
            {
                File.Delete(arriving);
            }
        }
    }

    /// <summary>What was received, and the folder that it is in; no files when there is no such upload.</summary>
    internal (string Folder, ImmutableArray<HubUploadFile> Files) Look(string id) => _received.Find(id) is { } upload ? (Path.Combine(_folder, upload.Id), upload.Files) : ("", []);

    /// <summary>It has served.</summary>
    internal void Forget(string id)
    {
        if (_received.Remove(id) is { } upload)
        {
            Remove(upload.Id);
        }
    }

    private void Sweep()
    {
        foreach (var id in _received.RemoveAbandoned())
        {
            Remove(id);
        }
    }

    /// <summary>Looks at what was received and sends it; the transfer goes on by itself.</summary>
    public async Task<(HubTransfer? Transfer, Problem? Problem)> SendAsync(string id, string name, CancellationToken cancellationToken)
    {
        if (_received.Find(id) is not { } upload)
        {
            return (null, HubProblems.UploadUnknown());
        }

        if (_clients.Client is not { Client: { } client } connection)
        {
            return (null, _clients.Client.Problem);
        }

        var (file, inputs, wrong) = await HubModelFile.LookAsync(Path.Combine(_folder, id), upload.Files, name, cancellationToken);
        if (file is null)
        {
            return (null, wrong);
        }

        _received.Remove(id);
        var transfer = new HubTransfer(id, TransferDirection.Upload, file.Name, 0, new FileInfo(file.Path).Length, false, null, null, false, _time.GetUtcNow(), null);
        _board.Put(transfer);
        Run(id, file.Name, inputs, client, stop => client.Models.BeginUploadAsync(file, stop));
        return (transfer, null);
    }

    /// <summary>Goes on where it was.</summary>
    public Problem? Resume(string id)
    {
        if (_board.Transfer(id) is not { CanResume: true, Direction: TransferDirection.Upload } before || _notes.Read(Path.Combine(_folder, id)) is not { } note)
        {
            return HubProblems.CannotResume();
        }

        if (_clients.Client is not { Client: { } client })
        {
            return _clients.Client.Problem;
        }

        _board.Put(before with { IsOver = false, Problem = null, CanResume = false, EndedAt = null, StartedAt = _time.GetUtcNow() });
        Run(id, note.Name, note.Inputs, client, _ => Task.FromResult(note.State));
        return null;
    }

    /// <summary>Null when it is being ended; what was sent is forgotten.</summary>
    public Problem? Cancel(string id)
    {
        if (_running.TryGetValue(id, out var running))
        {
            running.Cancel();
            return null;
        }

        if (_board.Transfer(id) is not { Direction: TransferDirection.Upload } left)
        {
            return HubProblems.TransferUnknown();
        }

        Remove(id);
        _board.Put(left with { CanResume = false });
        return null;
    }

    public void Dispose()
    {
        _sweep.Dispose();
        _stop.Dispose();
    }

    private static async Task<long?> KeepAsync(Stream content, string path, long most, Action touch, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (file.Length + read > most)
            {
                return null;
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            touch();
        }

        return file.Length;
    }

    private void Run(string id, string name, ImmutableArray<TensorSpec> inputs, IQaiHubClient client, Func<CancellationToken, Task<UploadState>> begin) =>
        _ = RunAsync(id, name, inputs, client, begin, _running[id] = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));

    private async Task RunAsync(string id, string name, ImmutableArray<TensorSpec> inputs, IQaiHubClient client, Func<CancellationToken, Task<UploadState>> begin, CancellationTokenSource stop)
    {
        var key = _clients.Key;
        var folder = Path.Combine(_folder, id);
        try
        {
            var state = await begin(stop.Token);
            _notes.Write(folder, new UploadNote(id, name, state, inputs, _time.GetUtcNow()));
            var model = await client.Models.ContinueUploadAsync(state, new Progress(this, id, name, inputs), stop.Token);
            if (!inputs.IsEmpty)
            {
                await _store.SaveInputsAsync(key, model, inputs, CancellationToken.None);
            }

            Remove(id);
            _board.End(id, null, model: model);
        }
        catch (OperationCanceledException)
        {
            if (!_stop.IsCancellationRequested)
            {
                Remove(id);
                _board.End(id, new Problem("cancelled", "The upload was cancelled.", "It was cancelled by a person.", ""));
            }
        }
        catch (QaiHubException e)
        {
            _board.End(id, HubProblems.Told($"{name} was not uploaded.", e), canResume: _notes.Read(folder) is not null);
        }
        catch (Exception e)
        {
            // An upload that nobody watches must not look as if it still ran.
            Log.Failed(_logger, e);
            _board.End(id, HubProblems.Internal($"{name} was not uploaded."), canResume: _notes.Read(folder) is not null);
        }
        finally
        {
            _running.TryRemove(id, out _);
            stop.Dispose();
        }
    }

    private void Remove(string id)
    {
        try
        {
            Directory.Delete(Path.Combine(_folder, id), recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes at the next start.
        }
    }

    // Called by the client one at a time; a Progress<T> would put the calls out of order.
    private sealed class Progress(HubUploads owner, string id, string name, ImmutableArray<TensorSpec> inputs) : IProgress<UploadProgress>
    {
        private int _parts = -1;

        public void Report(UploadProgress value)
        {
            owner._board.Progress(id, value.BytesSent, value.Bytes);
            if (value.State.PartsDone != _parts)
            {
                _parts = value.State.PartsDone;
                owner._notes.Write(Path.Combine(owner._folder, id), new UploadNote(id, name, value.State, inputs, owner._time.GetUtcNow()));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 542, Level = LogLevel.Error, Message = "An upload to QAI Hub failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
