using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>Restores a backup into a folder that is not there yet. Everything is read and checked beside it first; then it is there whole.</summary>
internal static class BackupReader
{
    /// <summary>Restores; the target must not exist, or be empty.</summary>
    /// <param name="check">What else is wrong with the folder that was read, or null.</param>
    /// <exception cref="BackupException">It cannot be restored; nothing was changed.</exception>
    public static (BackupManifest Manifest, int Files) Restore(string backup, string target, string passphrase, TimeProvider time, Func<string, string?> check)
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new BackupException($"{target} has files already. Move it away, or name a new folder with --data DIR: nothing is overwritten.");
        }

        var staging = $"{Path.TrimEndingDirectorySeparator(target)}.restoring-{Guid.NewGuid():n}";
        try
        {
            OwnerOnlyFile.CreateDirectory(staging);
            var (manifest, files) = Extract(backup, staging, passphrase);
            if ((DatabaseCopy.Check(Path.Combine(staging, DashboardOptions.DatabaseFile)) ?? check(staging)) is { } wrong)
            {
                throw new BackupException($"The backup cannot be used: {wrong}. Use another one. Nothing was changed.");
            }

            OwnerOnlyFile.Write(Path.Combine(staging, RestoredFrom.FileName), JsonSerializer.Serialize(new RestoredFrom(manifest.MadeAt, manifest.Machine, time.GetUtcNow()), JsonSerializerOptions.Web));
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(staging, target);
            return (manifest, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            throw new BackupException($"The backup could not be restored: {e.Message} Nothing was changed.", e);
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }

    private static (BackupManifest Manifest, int Files) Extract(string backup, string folder, string passphrase)
    {
        using var file = File.OpenRead(backup);
        using OpeningStream opening = new(file, SealHeader.Read(file, passphrase));
        using GZipStream decompressing = new(opening, CompressionMode.Decompress, leaveOpen: true);
        using TarReader tar = new(decompressing, leaveOpen: true);
        BackupManifest? manifest = null;
        var files = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !BackupContents.IsSafe(entry.Name))
            {
                throw new BackupException($"The backup has an entry that no backup has ({entry.Name}). Use another one.");
            }

            manifest ??= Manifest(entry);
            if (entry.Name != BackupManifest.FileName)
            {
                Extract(entry, Path.Combine(folder, entry.Name));
                files++;
            }
        }

        // To its very end, so that nothing is taken from a file that was cut off.
        decompressing.CopyTo(Stream.Null);
        opening.CopyTo(Stream.Null);
        return (manifest ?? throw new BackupException("The backup is empty. Use another one."), files);
    }

    private static BackupManifest Manifest(TarEntry entry)
    {
        var manifest = entry.Name == BackupManifest.FileName && entry.DataStream is { } content ? JsonSerializer.Deserialize<BackupManifest>(content, JsonSerializerOptions.Web) : null;
        return manifest switch
        {
            null => throw new BackupException("The backup does not say what it is of. Use another one."),
            { Format: not BackupManifest.CurrentFormat } => throw new BackupException($"The backup was made by EdgeMesh {manifest.Version}, which lays it out another way. Restore it with that version."),
            _ => manifest,
        };
    }

    private static void Extract(TarEntry entry, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        OwnerOnlyFile.CreateDirectory(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using FileStream file = new(path, options);
        entry.DataStream?.CopyTo(file);
        file.Flush(flushToDisk: true);
    }
}
