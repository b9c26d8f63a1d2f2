using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>
/// A model's folder on this device. Only files of models are taken, nothing hidden and nothing of a data directory. A link to a file is followed where it leads to a file inside
/// <paramref name="within"/> (Hugging Face's cache is made of such links) and refused where it does not; links to folders are left out.
/// </summary>
/// <param name="folder">Absolute.</param>
/// <param name="within">The folder around it that everything has to be in; null: the folder itself.</param>
public sealed class FolderSource(string folder, string? within = null) : IModelSource
{
    private const string CheckPath = "Check the path.";
    private const int MostEntries = 20_000;
    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = 0, IgnoreInaccessible = true };
    private readonly string _folder = Path.GetFullPath(folder);
    private readonly string _within = RealPath.Of(within ?? folder);

    public string Name => $"folder:{_folder}";

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_folder))
        {
            throw new ModelStoreException(StoreFailure.NotFound, $"There is no folder {_folder}.") { Advice = CheckPath };
        }

        var sizes = new Dictionary<string, FileInfo>(StringComparer.Ordinal);
        var entries = 0;
        Look(new DirectoryInfo(_folder), "", sizes, ref entries, cancellationToken);
        IReadOnlyList<SourceFile> files = [.. ModelFileTypes.Of(sizes.Keys).Order(StringComparer.Ordinal).Select(p => new SourceFile(p, new FileInfo(Target(p, sizes[p])).Length))];
        return files.Count > 0
            ? Task.FromResult(files)
            : throw new ModelStoreException(StoreFailure.NotFound, $"There is no model in {_folder}.") { Advice = "Choose a folder with an .onnx, .gguf, .tflite or .dlc file in it." };
    }

    public Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            var path = SafePath.Check(file.Path);
            var stream = new FileStream(Target(path, new FileInfo(Path.Combine(_folder, path))), FileMode.Open, FileAccess.Read, FileShare.Read);
            var now = $"{File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks}-{stream.Length}";
            var from = tag == now && offset <= stream.Length ? offset : 0;
            stream.Position = from;
            return Task.FromResult(new SourceContent(stream, from, stream.Length, now));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException(StoreFailure.NotFound, $"{file.Path} cannot be read: {WithoutPaths.In(e.Message)}");
        }
    }

    private static void Look(DirectoryInfo folder, string prefix, Dictionary<string, FileInfo> files, ref int entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (PrivatePlaces.IsData(folder.FullName))
        {
            return;
        }

        foreach (var entry in folder.EnumerateFileSystemInfos("*", OneLevel))
        {
            if (++entries > MostEntries)
            {
                throw new ModelStoreException(StoreFailure.TooLarge, $"{folder.FullName} is in a folder with more than {MostEntries:N0} entries.") { Advice = "Choose the model's own folder." };
            }

            if (PrivatePlaces.IsPrivate(entry.Name) || (OperatingSystem.IsWindows() && entry.Attributes.HasFlag(FileAttributes.Hidden)))
            {
                continue;
            }

            if (entry is FileInfo file)
            {
                files.Add(prefix + entry.Name, file);
            }
            else if (entry is DirectoryInfo inner && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                Look(inner, $"{prefix}{entry.Name}/", files, ref entries, cancellationToken);
            }
        }
    }

    /// <summary>The file that is read: itself, or what it links to.</summary>
    private string Target(string path, FileInfo file)
    {
        var real = RealPath.Of(file.FullName);
        return RealPath.Inside(_within, real) is { Length: > 0 } steps && !steps.Any(PrivatePlaces.IsPrivate) && !PrivatePlaces.IsInData(real) && File.Exists(real)
            ? real
            : throw new ModelStoreException(StoreFailure.UnsafePath, $"{path} is a link that leads out of the folder.") { Advice = "Copy the file in place of the link." };
    }
}
