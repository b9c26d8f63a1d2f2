using EdgeMesh.Agent.Models.Store.Archives;
using EdgeMesh.Agent.Models.Store.Downloads;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>A model to install.</summary>
/// <param name="Id">Its name in the store; an older version under it is replaced.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Kind">What runs it; null tells it by the file names.</param>
/// <param name="Skills">What it can be asked for; null is what its kind usually can.</param>
/// <param name="EvenIfMemoryIsShort">A person has read the estimate and wants it all the same.</param>
public sealed record InstallRequest(
    ModelId Id, IModelSource Source, ModelKind? Kind = null, ImmutableArray<Skill>? Skills = null, bool EvenIfMemoryIsShort = false)
{
    /// <summary>The skills when nobody says, by the kind that the files turn out to be.</summary>
    public Func<ModelKind, ImmutableArray<Skill>> UsualSkills { get; init; } = ModelKinds.Skills;
}

/// <summary>Brings models into the store: list, check the room, fetch, unpack, put in place. Several installs may run at the same time.</summary>
public sealed class ModelInstaller
{
    private readonly ModelStore _store;
    private readonly DeviceRoom _room;
    private readonly StoreLimits _limits;
    private readonly TimeProvider _time;
    private readonly Downloader _downloader;

    public ModelInstaller(ModelStore store, DeviceRoom room, StoreLimits limits, TimeProvider time)
    {
        (_store, _room, _limits, _time) = (store, room, limits, time);
        _downloader = new Downloader(store, limits, time);
    }

    /// <summary>What installing from this source would take.</summary>
    /// <exception cref="ModelStoreException">The source cannot be listed, or lists what is never taken.</exception>
    public async Task<InstallPreview> PreviewAsync(IModelSource source, CancellationToken cancellationToken) =>
        Preview(await ListAsync(source, cancellationToken));

    /// <summary>Installs the model. Cancelled or failed, it leaves the store as it was; what was fetched is kept for the next time.</summary>
    /// <exception cref="ModelStoreException">An expected failure, by name.</exception>
    public async Task<ModelManifest> InstallAsync(InstallRequest request, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        var meter = new InstallMeter(progress, _limits.ProgressEvery, _time);
        meter.Enter(InstallPhase.Listing);
        var files = await ListAsync(request.Source, cancellationToken);
        var preview = Preview(files);
        CheckDisk(preview, request);
        CheckMemory(preview.MemoryBytes, request);
        meter.Start(files.Count, preview.Bytes);
        var staged = new List<StagedFile>();
        try
        {
            foreach (var file in files)
            {
                meter.Enter(InstallPhase.Fetching, file.Path);
                var here = await _downloader.FetchAsync(request.Source, file, Allowed(staged), meter, cancellationToken);
                meter.Finished(here.Bytes);
                staged.AddRange(await UnpackedAsync(file, here, meter, cancellationToken));
            }

            // Only now is it known what an archive, or a source that gave no sizes, really holds.
            CheckMemory(MemoryEstimate.Of(staged.Select(f => (f.Path, (long?)f.Bytes))), request);
            meter.Enter(InstallPhase.Installing);
            var kind = staged.Any(f => EmulatedArtifact.IsMarked(_store.PathOf(f))) ? ModelKind.Emulated : request.Kind ?? ModelKinds.Of([.. staged.Select(f => f.Path)]);
            var manifest = await _store.CommitAsync(
                request.Id, request.Source.Name, kind, request.Skills ?? request.UsualSkills(kind), staged, cancellationToken);
            RemovePartials(request.Source, files);
            return manifest;
        }
        catch (ModelStoreException e) when (e.Failure is StoreFailure.UnsafePath or StoreFailure.BadArchive or StoreFailure.TooLarge)
        {
            // Going on with it later would end the same way.
            RemovePartials(request.Source, files);
            throw;
        }
        finally
        {
            RemoveUnpacked(staged);
        }
    }

    private async Task<IReadOnlyList<SourceFile>> ListAsync(IModelSource source, CancellationToken cancellationToken)
    {
        var files = TextVariants.Needed(await source.ListAsync(cancellationToken), f => f.Path);
        SafePath.CheckAll(files.Select(f => f.Path));
        if (files.Count > _limits.MostFiles)
        {
            throw new ModelStoreException(StoreFailure.TooLarge, $"The source has {files.Count} files; {_limits.MostFiles} are allowed.");
        }

        var bytes = files.Sum(f => (decimal)(f.Bytes ?? 0));
        return bytes <= _limits.MostModelBytes && files.All(f => f.Bytes is null or >= 0)
            ? files
            : throw new ModelStoreException(StoreFailure.TooLarge, $"The model has {bytes} bytes; {_limits.MostModelBytes} are allowed.");
    }

    private InstallPreview Preview(IReadOnlyList<SourceFile> files)
    {
        var all = files.Aggregate((long?)0, (sum, f) => sum + f.Bytes);
        var missing = files.Where(f => f.Hash is not { Kind: HashKind.Sha256 } hash || _store.BytesOf(hash.Hex) is null).ToList();
        var toFetch = missing.Aggregate((long?)0, (sum, f) => sum + f.Bytes);
        var free = _room.FreeDisk(_store.Layout.Root);
        return new InstallPreview(
            files.Count,
            all,
            toFetch,
            free,
            Math.Max(0, (toFetch ?? 0) + _limits.DiskReserveBytes - free),
            MemoryEstimate.Of(files.Select(f => (f.Path, f.Bytes))),
            _room.Memory(),
            ModelKinds.Of([.. files.Select(f => f.Path)]));
    }

    private static void CheckDisk(InstallPreview preview, InstallRequest request)
    {
        if (preview.DiskShortfallBytes > 0)
        {
            throw new ModelStoreException(
                StoreFailure.DiskFull, $"{request.Id} needs {Size(preview.DiskShortfallBytes)} more free disk space than the {Size(preview.FreeDiskBytes)} there are.");
        }
    }

    private void CheckMemory(long? estimate, InstallRequest request)
    {
        if (estimate is { } wanted && _room.Memory() is { } there && wanted > there && !request.EvenIfMemoryIsShort)
        {
            throw new ModelStoreException(StoreFailure.NotEnoughMemory, $"{request.Id} is estimated to want {Size(wanted)} of memory; the device has {Size(there)}.");
        }
    }

    /// <summary>Bytes that may still come: the model's limit, and the disk as it is now.</summary>
    private Allowance Allowed(IEnumerable<StagedFile> staged)
    {
        var (limit, disk) = (_limits.MostModelBytes - staged.Sum(f => f.Bytes), _room.FreeDisk(_store.Layout.Root) - _limits.DiskReserveBytes);
        return disk < limit ? new Allowance(Math.Max(0, disk), StoreFailure.DiskFull) : new Allowance(Math.Max(0, limit), StoreFailure.TooLarge);
    }

    private async Task<IReadOnlyList<StagedFile>> UnpackedAsync(SourceFile file, StagedFile here, InstallMeter meter, CancellationToken cancellationToken)
    {
        if (!file.Unpack || ArchiveKinds.Of(file.Path) is not { } kind || here.Temporary is null)
        {
            return [here];
        }

        meter.Enter(InstallPhase.Unpacking, file.Path);
        var folder = _store.Layout.NewStaging();
        try
        {
            return await Task.Run(() => ArchiveUnpacker.Unpack(here.Temporary, kind, folder, Allowed([]), cancellationToken), cancellationToken);
        }
        catch
        {
            Disk.TryDelete(folder);
            throw;
        }
    }

    private void RemoveUnpacked(IEnumerable<StagedFile> staged)
    {
        var folders = staged.Select(f => Path.GetDirectoryName(f.Temporary)).Where(f => f is not null && f != _store.Layout.Partial).Distinct();
        foreach (var folder in folders)
        {
            Disk.TryDelete(folder!);
        }
    }

    private void RemovePartials(IModelSource source, IEnumerable<SourceFile> files)
    {
        foreach (var partial in files.Select(f => Path.Combine(_store.Layout.Partial, PartialFile.Key(source, f))))
        {
            Disk.TryDelete(partial);
            Disk.TryDelete(partial + ".tag");
        }
    }

    private static string Size(long bytes) => bytes >= 1 << 30 ? $"{bytes / (double)(1 << 30):0.0} GB" : $"{Math.Ceiling(bytes / (double)(1 << 20)):0} MB";
}
