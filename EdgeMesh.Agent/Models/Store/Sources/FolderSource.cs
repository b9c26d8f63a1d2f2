namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>A folder on this device. Links in it are refused: they may point anywhere.</summary>
public sealed class FolderSource(string folder) : IModelSource
{
    private const string CheckPath = "Check the path.";
    private readonly string _folder = Path.GetFullPath(folder);

    public string Name => $"folder:{_folder}";

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_folder))
        {
            throw new ModelStoreException(StoreFailure.NotFound, $"There is no folder {_folder}.") { Advice = CheckPath };
        }

        var files = new List<SourceFile>();
        foreach (var entry in new DirectoryInfo(_folder).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var path = Path.GetRelativePath(_folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                throw new ModelStoreException(StoreFailure.UnsafePath, $"{path} is a link; only plain files are taken.");
            }

            if (entry is FileInfo file)
            {
                files.Add(new SourceFile(path, file.Length));
            }
        }

        return files.Count > 0
            ? Task.FromResult<IReadOnlyList<SourceFile>>(files)
            : throw new ModelStoreException(StoreFailure.NotFound, $"The folder {_folder} is empty.") { Advice = CheckPath };
    }

    public Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            var stream = new FileStream(Path.Combine(_folder, SafePath.Check(file.Path)), FileMode.Open, FileAccess.Read, FileShare.Read);
            var now = $"{File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks}-{stream.Length}";
            var from = tag == now && offset <= stream.Length ? offset : 0;
            stream.Position = from;
            return Task.FromResult(new SourceContent(stream, from, stream.Length, now));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException(StoreFailure.NotFound, $"{file.Path} cannot be read: {e.Message}");
        }
    }
}
