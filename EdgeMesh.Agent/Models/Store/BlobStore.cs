using System.Security.Cryptography;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>Files by their SHA-256: each content is there once, however many models use it.</summary>
internal sealed class BlobStore(StoreLayout layout)
{
    public string PathOf(string sha256) => Path.Combine(layout.Blobs, sha256[..2], sha256);

    /// <summary>The blob is there in full length. Its content is checked by <see cref="IsIntactAsync"/> only.</summary>
    public bool Has(ModelFile file) => BytesOf(file.Sha256) == file.Bytes;

    /// <summary>Length of the blob of this hash; null when it is not there.</summary>
    public long? BytesOf(string sha256) =>
        FileHash.IsSha256(sha256) && new FileInfo(PathOf(sha256)) is { Exists: true } found ? found.Length : null;

    /// <summary>Takes over a finished temporary file whose hash was just computed.</summary>
    public void Adopt(string temporary, string sha256)
    {
        var blob = PathOf(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        File.Move(temporary, blob, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            // Hard links share the content: writing to a model's folder would change every model that uses the blob.
            File.SetUnixFileMode(blob, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        }
    }

    /// <summary>Reads the whole blob and compares.</summary>
    public async Task<bool> IsIntactAsync(string sha256, CancellationToken cancellationToken)
    {
        if (BytesOf(sha256) is null)
        {
            return false;
        }

        await using var stream = File.OpenRead(PathOf(sha256));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == sha256;
    }

    /// <summary>Removes every blob that no manifest refers to; what is still open on Windows goes the next time.</summary>
    public int Sweep(IReadOnlySet<string> referenced)
    {
        var removed = 0;
        foreach (var blob in Directory.EnumerateFiles(layout.Blobs, "*", SearchOption.AllDirectories).ToList())
        {
            if (!referenced.Contains(Path.GetFileName(blob)) && Disk.TryDelete(blob))
            {
                removed++;
            }
        }

        return removed;
    }
}
