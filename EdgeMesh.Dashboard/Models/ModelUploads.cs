using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;

namespace EdgeMesh.Dashboard.Models;

/// <summary>
/// Files that people sent, hashed while they came, under names of our own, with a list beside them: what had arrived is still there after a restart. An upload is bounded by itself, and one that nobody installs
/// is forgotten after <see cref="ModelsOptions.UploadsAreKept"/>. Thread-safe: several files may be added to one upload at a time.
/// </summary>
public sealed class ModelUploads : IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private const int MostFiles = 200;
    private const int MostUploads = 32;
    private const int LongestName = 200;
    private readonly string _folder;
    private readonly ModelsOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, OpenUpload> _uploads = new();
    private readonly ITimer _sweep;

    public ModelUploads(DashboardOptions dashboard, ModelsOptions options, TimeProvider time)
    {
        (_folder, _options, _time) = (Path.Combine(dashboard.DataDirectory, "uploads"), options, time);
        foreach (var left in UploadFolder.Restore(_folder))
        {
            _uploads[left.Id] = new OpenUpload(left, time.GetUtcNow());
        }

        var often = options.UploadsAreKept / 4;
        _sweep = time.CreateTimer(_ => Sweep(), null, often, often);
    }

    public ModelUpload? Find(string id) => _uploads.GetValueOrDefault(id)?.Upload;

    public Stream Open(ModelUpload upload, ModelFileInfo file) => File.OpenRead(PathOf(upload.Id, file.Sha256));

    /// <summary>Keeps an upload from being forgotten until disposed; null when there is none of this id.</summary>
    public IDisposable? Use(string id) => _uploads.GetValueOrDefault(id) is { } open && open.TryUse() ? new Lease(open, _time) : null;

    /// <summary>Keeps one more file.</summary>
    public async Task<(ModelUpload? Upload, Problem? Problem)> AddAsync(string? id, string name, Stream content, CancellationToken cancellationToken)
    {
        if (name.Length > LongestName || !SafePath.IsFileName(name))
        {
            return (null, ModelProblems.NameWrong(name));
        }

        Sweep();
        if (id is null && _uploads.Count >= MostUploads)
        {
            var now = _time.GetUtcNow();
            return (null, ModelProblems.TooManyUploads(MostUploads, _options.UploadsAreKept - _uploads.Values.Select(u => u.IdleFor(now)).DefaultIfEmpty().Max()));
        }

        var open = id is null ? new OpenUpload(new ModelUpload(Guid.NewGuid().ToString("n"), []), _time.GetUtcNow()) : _uploads.GetValueOrDefault(id);
        if (open?.TryUse() != true)
        {
            return (null, ModelProblems.UploadUnknown());
        }

        _uploads.TryAdd(open.Id, open);
        try
        {
            return await KeepAsync(open, name, content, cancellationToken);
        }
        finally
        {
            open.EndUse(_time.GetUtcNow());
            if (open.Upload.Files.IsEmpty && id is null)
            {
                Remove(open.Id);
            }
        }
    }

    /// <summary>Forgets an upload and its files.</summary>
    public void Remove(string id)
    {
        if (_uploads.TryRemove(id, out _) && Directory.Exists(Path.Combine(_folder, id)))
        {
            Directory.Delete(Path.Combine(_folder, id), recursive: true);
        }
    }

    public void Dispose() => _sweep.Dispose();

    private async Task<(ModelUpload? Upload, Problem? Problem)> KeepAsync(OpenUpload open, string name, Stream content, CancellationToken cancellationToken)
    {
        var arriving = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, open.Id)).FullName, Guid.NewGuid().ToString("n"));
        var arrived = 0L;
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var file = new FileStream(arriving, FileMode.CreateNew, FileAccess.Write))
            {
                var buffer = new byte[BufferBytes];
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    arrived += read;
                    if (!open.TryTake(read, _options.MaxUploadBytes))
                    {
                        return (null, ModelProblems.UploadTooLarge(_options.MaxUploadBytes));
                    }

                    hash.AppendData(buffer.AsSpan(0, read));
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (open.Add(new ModelFileInfo(name, sha256, arrived), MostFiles) is not { } upload)
            {
                return (null, ModelProblems.TooManyFiles(MostFiles));
            }

            // Equal files share their place.
            File.Move(arriving, PathOf(open.Id, sha256), overwrite: true);
            arrived = 0;
            UploadFolder.Write(Path.Combine(_folder, open.Id), open);
            return (upload, null);
        }
        catch (OperationCanceledException)
        {
            return (null, ModelProblems.UploadFailed("It was broken off."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, ModelProblems.UploadFailed(StorageWords.NotReceived(e)));
        }
        finally
        {
            if (arrived > 0)
            {
                open.GiveBack(arrived);
            }

            File.Delete(arriving);
        }
    }

    private void Sweep()
    {
        var before = _time.GetUtcNow() - _options.UploadsAreKept;
        foreach (var abandoned in _uploads.Values.Where(u => u.TryAbandon(before)))
        {
            Remove(abandoned.Id);
        }
    }

    private string PathOf(string id, string sha256) => Path.Combine(_folder, id, sha256);

    private sealed class Lease(OpenUpload open, TimeProvider time) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                open.EndUse(time.GetUtcNow());
            }
        }
    }
}
