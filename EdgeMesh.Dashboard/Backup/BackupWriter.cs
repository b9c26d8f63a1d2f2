using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>Makes a backup of a data folder: a tar of the database and the files, compressed, in a sealed file.</summary>
internal static class BackupWriter
{
    /// <summary>Writes the backup; the file is there whole or not at all.</summary>
    /// <returns>The number of files in it, and its size in bytes.</returns>
    /// <exception cref="BackupException">It cannot be made; the message says why.</exception>
    public static (int Files, long Bytes) Write(string folder, string target, string passphrase, TimeProvider time)
    {
        if (Path.Exists(target))
        {
            throw new BackupException($"{target} exists already. Name a new file: a backup is never overwritten.");
        }

        var unfinished = target + ".part";
        var database = Path.Combine(folder, $"{BackupContents.Temporary}{Guid.NewGuid():n}.db");
        try
        {
            RemoveLeftovers(folder);
            DatabaseCopy.Make(Path.Combine(folder, DashboardOptions.DatabaseFile), database);
            int files;
            using (var file = Create(unfinished))
            {
                files = WriteSealed(folder, database, file, passphrase, time);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target, overwrite: false);
            return (files, new FileInfo(target).Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"The backup could not be written: {e.Message} Name another file, or free space.", e);
        }
        finally
        {
            Remove(database);
            Remove(unfinished);
        }
    }

    private static int WriteSealed(string folder, string database, FileStream file, string passphrase, TimeProvider time)
    {
        using SealingStream sealing = new(file, SealHeader.Create(passphrase));
        var files = 1;
        using (GZipStream compressing = new(sealing, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(compressing, TarEntryFormat.Pax, leaveOpen: true))
        {
            using (MemoryStream manifest = new(JsonSerializer.SerializeToUtf8Bytes(
                new BackupManifest(BackupManifest.CurrentFormat, DashboardVersion.Current, time.GetUtcNow(), Environment.MachineName), JsonSerializerOptions.Web)))
            {
                Add(tar, BackupManifest.FileName, manifest);
            }

            using (var copy = File.OpenRead(database))
            {
                Add(tar, DashboardOptions.DatabaseFile, copy);
            }

            foreach (var (name, info) in BackupContents.Of(folder))
            {
                files += TryAdd(tar, name, info) ? 1 : 0;
            }
        }

        sealing.Complete();
        return files;
    }

    // The dashboard goes on meanwhile: a file of a job may be gone when its turn comes.
    private static bool TryAdd(TarWriter tar, string name, FileInfo info)
    {
        try
        {
            using var content = new FileStream(info.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Add(tar, name, content);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static void Add(TarWriter tar, string name, Stream content) => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });

    private static void RemoveLeftovers(string folder)
    {
        foreach (var left in Directory.EnumerateFiles(folder, BackupContents.Temporary + "*"))
        {
            File.Delete(left);
        }
    }

    private static void Remove(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
