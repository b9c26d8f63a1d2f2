using System.Security.Cryptography;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>Files by their SHA-256: each content is there once, however many models use it.</summary>
internal sealed class BlobStore(StoreLayout layout)
{
    public string PathOf(string sha256) => Path.Combine(layout.Blobs, sha256[..2], sha256);

    /// <summary>The blob is there in full length. Its content is checked by <see cref="IsIntactAsync"/> only.</summary>
    public bool Has(ModelFile file) => new FileInfo(PathOf(file.Sha256)) is { Exists: true } found && found.Length == file.Bytes;

    public bool Has(string sha256) => FileHash.IsSha256(sha256) && File.Exists(PathOf(sha256));

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
    public async Task<bool> IsIntactAsync(ModelFile file, CancellationToken cancellationToken)
    {
        if (!Has(file))
        {
            return false;
        }

        await using var stream = File.OpenRead(PathOf(file.Sha256));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == file.Sha256;
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
