namespace EdgeMesh.Agent.Models.Store;

/// <summary>Models as ordinary folders, because engines look for sibling files by name. Made of links to the blobs.</summary>
internal sealed class ModelFolders(StoreLayout layout, BlobStore blobs)
{
    /// <summary>Every file is there in full length.</summary>
    public bool IsComplete(ModelManifest manifest)
    {
        var folder = layout.Folder(manifest);
        return manifest.Files.All(f => new FileInfo(Path.Combine(folder, f.Path)) is { Exists: true } found && found.Length == f.Bytes);
    }

    /// <summary>Builds the folder aside and puts it in place with one rename.</summary>
    public void Build(ModelManifest manifest)
    {
        var (aside, target) = (layout.NewStaging(), layout.Folder(manifest));
        foreach (var file in manifest.Files)
        {
            var name = Path.Combine(aside, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(name)!);
            Disk.LinkOrCopy(blobs.PathOf(file.Sha256), name);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(target))
        {
            Directory.Move(target, layout.NewStaging());
        }

        Directory.Move(aside, target);
    }

    /// <summary>Removes the folders of models and versions that are no longer installed.</summary>
    public void Sweep(IReadOnlyCollection<ModelManifest> installed)
    {
        var current = installed.Select(layout.Folder).ToHashSet(StringComparer.Ordinal);
        foreach (var model in Directory.EnumerateFileSystemEntries(layout.Folders).ToList())
        {
            var versions = Directory.Exists(model) ? Directory.EnumerateFileSystemEntries(model).ToList() : [];
            foreach (var version in versions.Where(v => !current.Contains(v)))
            {
                Disk.TryDelete(version);
            }

            if (!versions.Exists(current.Contains))
            {
                Disk.TryDelete(model);
            }
        }
    }
}
