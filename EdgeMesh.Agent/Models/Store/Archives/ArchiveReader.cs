using System.Formats.Tar;
using System.IO.Compression;

namespace EdgeMesh.Agent.Models.Store.Archives;

/// <summary>A plain file in an archive. Read it before the next one is asked for.</summary>
internal sealed record ArchiveEntry(string Path, Stream Content);

/// <summary>Walks the plain files of an archive. A link, a device or a name that could lead outside ends it; folders are skipped.</summary>
internal static class ArchiveReader
{
    private const int UnixTypeShift = 16;
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegularFile = 0x8000;
    private const int UnixFolder = 0x4000;

    public static IEnumerable<ArchiveEntry> Read(Stream archive, ArchiveKind kind) => kind switch
    {
        ArchiveKind.Zip => Zip(archive),
        ArchiveKind.Tar => Tar(archive),
        _ => TarGz(archive),
    };

    private static IEnumerable<ArchiveEntry> Zip(Stream archive)
    {
        using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in zip.Entries)
        {
            var type = (entry.ExternalAttributes >> UnixTypeShift) & UnixTypeMask;
            if (type is not (0 or UnixRegularFile or UnixFolder))
            {
                throw Unsafe(entry.FullName);
            }

            if (!entry.FullName.EndsWith('/'))
            {
                using var content = entry.Open();
                yield return new ArchiveEntry(SafePath.Check(entry.FullName), content);
            }
        }
    }

    private static IEnumerable<ArchiveEntry> TarGz(Stream archive)
    {
        using var plain = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
        foreach (var entry in Tar(plain))
        {
            yield return entry;
        }
    }

    private static IEnumerable<ArchiveEntry> Tar(Stream archive)
    {
        using var tar = new TarReader(archive, leaveOpen: true);
        while (tar.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes:
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                    yield return new ArchiveEntry(SafePath.Check(name), entry.DataStream ?? Stream.Null);
                    break;
                default:
                    throw Unsafe(entry.Name);
            }
        }
    }

    private static ModelStoreException Unsafe(string name) =>
        new(StoreFailure.UnsafePath, $"The archive has something that is neither file nor folder: \"{new string([.. name.Take(80).Where(c => !char.IsControl(c))])}\".");
}
