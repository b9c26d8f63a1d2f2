using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>A file ready to be installed.</summary>
/// <param name="Path">Where it goes in the model's folder.</param>
/// <param name="Temporary">Where it lies now; null when a blob of this hash is in the store already.</param>
/// <param name="Sha256">Its hash, just computed.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record StagedFile(string Path, string? Temporary, string Sha256, long Bytes);

/// <summary>What the store put right when it was opened.</summary>
/// <param name="Leftovers">Entries of unfinished installs that were removed.</param>
/// <param name="Blobs">Unreferenced blobs that were removed.</param>
/// <param name="Broken">Models that were removed because files of theirs are missing.</param>
/// <param name="Rebuilt">Models whose folder was made again.</param>
public sealed record SweepReport(int Leftovers, int Blobs, ImmutableArray<string> Broken, ImmutableArray<string> Rebuilt);

/// <summary>
/// The models of this device. A model is installed when its manifest is there; everything before that is swept at the next start, so a crash leaves nothing half
/// done. One process owns a store; all changes go through one lock. Thread-safe.
/// </summary>
public sealed class ModelStore : IDisposable
{
    private static readonly TimeSpan PartialsAreKept = TimeSpan.FromDays(7);
    private readonly BlobStore _blobs;
    private readonly ModelFolders _folders;
    private readonly TimeProvider _time;
    private readonly FileStream _owned;
    private readonly SemaphoreSlim _changes = new(1, 1);
    private ImmutableDictionary<string, ModelManifest> _models = ImmutableDictionary<string, ModelManifest>.Empty;

    private ModelStore(string root, TimeProvider time)
    {
        Layout = new StoreLayout(Path.GetFullPath(root));
        Layout.Create();
        _blobs = new BlobStore(Layout);
        _folders = new ModelFolders(Layout, _blobs);
        _time = time;
        try
        {
            _owned = new FileStream(Layout.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new ModelStoreException(StoreFailure.InUse, $"The model folder {Layout.Root} is used by another agent.");
        }

        LastSweep = Sweep();
    }

    /// <summary>What was put right at opening.</summary>
    public SweepReport LastSweep { get; }

    /// <summary>All installed models, by id.</summary>
    public ImmutableArray<ModelManifest> Models => [.. _models.Values.OrderBy(m => m.Id, StringComparer.Ordinal)];

    internal StoreLayout Layout { get; }

    /// <summary>Opens the store in this folder, makes it where there is none, and sweeps what a crash left.</summary>
    public static ModelStore Open(string root, TimeProvider time) => new(root, time);

    /// <summary>The installed model, or null.</summary>
    public ModelManifest? Find(ModelId id) => _models.GetValueOrDefault(id.Value);

    /// <summary>The model's folder, for an engine to read. Nobody writes there: its files are shared.</summary>
    public string FolderOf(ModelManifest manifest) => Layout.Folder(manifest);

    /// <summary>Removes the model; files that another model uses stay. False when it was not installed.</summary>
    public async Task<bool> RemoveAsync(ModelId id, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            if (!_models.ContainsKey(id.Value))
            {
                return false;
            }

            File.Delete(Layout.Manifest(id.Value));
            _models = _models.Remove(id.Value);
            SweepUnused();
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Reads every byte of the model and gives the files that are missing or changed; empty is intact. Installing it again repairs it.</summary>
    public async Task<ImmutableArray<ModelFile>> VerifyAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        var broken = ImmutableArray.CreateBuilder<ModelFile>();
        foreach (var file in manifest.Files)
        {
            if (!await _blobs.IsIntactAsync(file.Sha256, cancellationToken))
            {
                broken.Add(file);
            }
        }

        return broken.ToImmutable();
    }

    public void Dispose()
    {
        _owned.Dispose();
        _changes.Dispose();
    }

    /// <summary>Where a staged file lies now.</summary>
    internal string PathOf(StagedFile file) => file.Temporary ?? _blobs.PathOf(file.Sha256);

    /// <summary>Length of the blob of this hash; null when it is not here.</summary>
    internal long? BytesOf(string sha256) => _blobs.BytesOf(sha256);

    /// <summary>The blob of this hash is here and was just read as what it should be: it need not be fetched again.</summary>
    internal Task<bool> IsIntactAsync(string sha256, CancellationToken cancellationToken) => _blobs.IsIntactAsync(sha256, cancellationToken);

    /// <summary>Installs the staged files as one model, replacing an older version; from outside it is there or not, never half.</summary>
    internal async Task<ModelManifest> CommitAsync(
        ModelId id, string source, ModelKind kind, ImmutableArray<Skill> skills, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        SafePath.CheckAll(files.Select(f => f.Path));
        var manifest = new ModelManifest(
            id.Value, source, kind, skills, [.. files.Select(f => new ModelFile(f.Path, f.Sha256, f.Bytes))], _time.GetUtcNow());
        await _changes.WaitAsync(cancellationToken);
        try
        {
            var repaired = new HashSet<string>(StringComparer.Ordinal);
            foreach (var file in files)
            {
                if (await TakeAsync(file, cancellationToken))
                {
                    repaired.Add(file.Sha256);
                }
            }

            // A folder that links a damaged blob keeps the damage until it is made again.
            foreach (var model in _models.Values.Where(m => m.Files.Any(f => repaired.Contains(f.Sha256))))
            {
                _folders.Build(model);
            }

            if (!_folders.IsComplete(manifest))
            {
                _folders.Build(manifest);
            }

            Disk.WriteAtomically(Layout.NewStaging(), Layout.Manifest(id.Value), manifest.ToJson());
            _models = _models.SetItem(id.Value, manifest);
            SweepUnused();
            return manifest;
        }
        catch (IOException e) when (Disk.IsFull(e))
        {
            throw new ModelStoreException(StoreFailure.DiskFull, $"The disk is full: {id} could not be put in place.");
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Makes the file a blob; true when that replaced a damaged one.</summary>
    private async Task<bool> TakeAsync(StagedFile file, CancellationToken cancellationToken)
    {
        var there = _blobs.BytesOf(file.Sha256) is not null;
        if (file.Temporary is null || !File.Exists(file.Temporary))
        {
            // It was here when the install began, or an equal file of this model was taken; a model that was removed meanwhile may have taken it along.
            return there ? false : throw new ModelStoreException(StoreFailure.SourceFailed, $"{file.Path} was removed while the model was installed.") { Transient = true };
        }

        if (there && await _blobs.IsIntactAsync(file.Sha256, cancellationToken))
        {
            Disk.TryDelete(file.Temporary);
            return false;
        }

        _blobs.Adopt(file.Temporary, file.Sha256);
        return there;
    }

    private SweepReport Sweep()
    {
        var leftovers = Directory.EnumerateFileSystemEntries(Layout.Staging).ToList().Count(Disk.TryDelete);
        var (broken, rebuilt) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        foreach (var file in Directory.EnumerateFiles(Layout.Manifests).ToList())
        {
            if (ModelManifest.Read(file) is not { } manifest || !manifest.Files.All(_blobs.Has))
            {
                broken.Add(Path.GetFileNameWithoutExtension(file));
                Disk.TryDelete(file);
                continue;
            }

            _models = _models.SetItem(manifest.Id, manifest);
            if (!_folders.IsComplete(manifest))
            {
                _folders.Build(manifest);
                rebuilt.Add(manifest.Id);
            }
        }

        var old = _time.GetUtcNow() - PartialsAreKept;
        leftovers += Directory.EnumerateFiles(Layout.Partial).Where(f => File.GetLastWriteTimeUtc(f) < old).ToList().Count(Disk.TryDelete);
        return new SweepReport(leftovers, SweepUnused(), broken.ToImmutable(), rebuilt.ToImmutable());
    }

    private int SweepUnused()
    {
        _folders.Sweep([.. _models.Values]);
        return _blobs.Sweep(_models.Values.SelectMany(m => m.Files).Select(f => f.Sha256).ToHashSet(StringComparer.Ordinal));
    }
}
