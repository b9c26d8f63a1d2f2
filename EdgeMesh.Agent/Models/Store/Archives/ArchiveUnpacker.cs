using System.Security.Cryptography;

namespace EdgeMesh.Agent.Models.Store.Archives;

/// <summary>
/// Unpacks an archive into numbered files in staging; the names inside it never become paths here. What comes out is counted as it comes, so an archive that lies about its
/// sizes is stopped at the limit.
/// </summary>
internal static class ArchiveUnpacker
{
    private const int MostEntries = 10_000;
    private const int BufferBytes = 128 * 1024;

    // Weights hardly shrink. A small archive may, as it is mostly text.
    private const int MostRatio = 100;
    private const long AlwaysAllowed = 64L << 20;

    /// <summary>The archive's files, staged under <paramref name="staging"/>. Blocking: it reads and decompresses.</summary>
    public static IReadOnlyList<StagedFile> Unpack(string archive, ArchiveKind kind, string staging, Allowance allowed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(staging);
        var (files, left, buffer) = (new List<StagedFile>(), allowed, new byte[BufferBytes]);
        try
        {
            using var stream = File.OpenRead(archive);
            var most = Math.Max(AlwaysAllowed, stream.Length * MostRatio);
            left = most < left.Bytes ? new Allowance(most, StoreFailure.BadArchive) : left;
            foreach (var entry in ArchiveReader.Read(stream, kind))
            {
                if (files.Count == MostEntries)
                {
                    throw new ModelStoreException(StoreFailure.TooLarge, $"The archive has more than {MostEntries} files.");
                }

                var file = Write(entry, Path.Combine(staging, $"{files.Count}"), left, buffer, cancellationToken);
                left = left with { Bytes = left.Bytes - file.Bytes };
                files.Add(file);
            }
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or FormatException)
        {
            throw new ModelStoreException(StoreFailure.BadArchive, $"The archive is damaged: {e.Message}");
        }
        catch (EndOfStreamException)
        {
            throw new ModelStoreException(StoreFailure.BadArchive, "The archive is damaged: it ends early.");
        }
        catch (IOException e) when (Disk.IsFull(e))
        {
            throw new ModelStoreException(StoreFailure.DiskFull, "The disk filled up while the archive was unpacked.");
        }

        return files.Count > 0 ? WithoutCommonFolder(files) : throw new ModelStoreException(StoreFailure.BadArchive, "The archive has no files.");
    }

    private static StagedFile Write(ArchiveEntry entry, string target, Allowance left, byte[] buffer, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        int read;
        while ((read = entry.Content.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (output.Length + read > left.Bytes)
            {
                throw left.Beyond == StoreFailure.BadArchive
                    ? new ModelStoreException(left.Beyond, $"The archive unpacks to more than {MostRatio} times its size; stopped at \"{entry.Path}\".")
                    : new ModelStoreException(left.Beyond, $"The archive holds more than is allowed or than fits; stopped at \"{entry.Path}\".");
            }

            hash.AppendData(buffer.AsSpan(0, read));
            output.Write(buffer.AsSpan(0, read));
        }

        output.Flush(flushToDisk: true);
        return new StagedFile(entry.Path, target, Convert.ToHexStringLower(hash.GetHashAndReset()), output.Length);
    }

    /// <summary>Most archives hold one folder with everything in it; engines want what is inside.</summary>
    private static List<StagedFile> WithoutCommonFolder(List<StagedFile> files)
    {
        var slash = files[0].Path.IndexOf('/', StringComparison.Ordinal);
        var folder = slash > 0 ? files[0].Path[..(slash + 1)] : null;
        return folder is not null && files.All(f => f.Path.StartsWith(folder, StringComparison.Ordinal))
            ? [.. files.Select(f => f with { Path = f.Path[folder.Length..] })]
            : files;
    }
}
