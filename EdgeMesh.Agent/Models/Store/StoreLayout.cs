namespace EdgeMesh.Agent.Models.Store;

/// <summary>Where things are inside the store's folder.</summary>
internal sealed record StoreLayout(string Root)
{
    /// <summary>Files by content: <c>blobs/sha256/ab/abcd…</c>.</summary>
    public string Blobs => Path.Combine(Root, "blobs", "sha256");

    /// <summary>One JSON file for each installed model; its being there is what "installed" means.</summary>
    public string Manifests => Path.Combine(Root, "manifests");

    /// <summary>Models as folders of hard links: <c>folders/ID/VERSION/…</c>.</summary>
    public string Folders => Path.Combine(Root, "folders");

    /// <summary>Downloads that can go on.</summary>
    public string Partial => Path.Combine(Root, "partial");

    /// <summary>Work in progress; emptied at start.</summary>
    public string Staging => Path.Combine(Root, "staging");

    public string Lock => Path.Combine(Root, "store.lock");

    public string Manifest(string id) => Path.Combine(Manifests, id + ".json");

    public string Folder(ModelManifest manifest) => Path.Combine(Folders, manifest.Id, manifest.FolderName());

    /// <summary>A new path in staging that nothing uses.</summary>
    public string NewStaging() => Path.Combine(Staging, Guid.NewGuid().ToString("n"));

    public void Create()
    {
        foreach (var folder in (string[])[Blobs, Manifests, Folders, Partial, Staging])
        {
            Directory.CreateDirectory(folder);
        }
    }
}
