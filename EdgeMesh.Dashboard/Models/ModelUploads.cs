using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeMesh.Dashboard.Hosting;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Files that people sent, hashed while they came, under names of our own; emptied at start. Thread-safe.</summary>
public sealed class ModelUploads
{
    private const int BufferBytes = 128 * 1024;
    private const int MostFiles = 200;
    private const int LongestName = 200;
    private readonly string _folder;
    private readonly long _most;
    private readonly ConcurrentDictionary<string, ModelUpload> _uploads = new();

    public ModelUploads(DashboardOptions dashboard, ModelsOptions options)
    {
        (_folder, _most) = (Path.Combine(dashboard.DataDirectory, "uploads"), options.MaxUploadBytes);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    public ModelUpload? Find(string id) => _uploads.GetValueOrDefault(id);

    public Stream Open(ModelUpload upload, ModelFileInfo file) => File.OpenRead(PathOf(upload.Id, upload.Files.IndexOf(file)));

    /// <summary>Keeps one more file.</summary>
    public async Task<(ModelUpload? Upload, Problem? Problem)> AddAsync(string? id, string name, Stream content, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAny('/', '\\') || name.Any(char.IsControl) || name is "." or "..")
        {
            return (null, ModelProblems.NameWrong(name));
        }

        var before = id is null ? new ModelUpload(Guid.NewGuid().ToString("n"), []) : Find(id);
        if (before is null)
        {
            return (null, ModelProblems.UploadUnknown());
        }

        Directory.CreateDirectory(Path.Combine(_folder, before.Id));
        var path = PathOf(before.Id, before.Files.Length);
        try
        {
            var left = _most - _uploads.Values.Sum(u => u.Bytes);
            var (sha256, bytes) = before.Files.Length < MostFiles ? await KeepAsync(content, path, left, cancellationToken) : (null, 0);
            if (sha256 is null)
            {
                File.Delete(path);
                return (null, ModelProblems.UploadTooLarge(_most));
            }

            var upload = before with { Files = before.Files.Add(new ModelFileInfo(name, sha256, bytes)) };
            _uploads[upload.Id] = upload;
            return (upload, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            File.Delete(path);
            return (null, ModelProblems.UploadFailed(e is OperationCanceledException ? "It was broken off." : e.Message));
        }
    }

    public void Remove(string id)
    {
        if (_uploads.TryRemove(id, out _))
        {
            Directory.Delete(Path.Combine(_folder, id), recursive: true);
        }
    }

    private static async Task<(string? Sha256, long Bytes)> KeepAsync(Stream content, string path, long most, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (file.Length + read > most)
            {
                return (null, 0);
            }

            hash.AppendData(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), file.Length);
    }

    private string PathOf(string id, int number) => Path.Combine(_folder, id, $"{number}");
}
