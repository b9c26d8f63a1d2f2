using EdgeMesh.Agent.Files;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Downloads;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Discovery;
using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>What the mesh may do with this device's models. Expected failures are answers, never exceptions.</summary>
public sealed class ModelService
{
    private const int ChunkBytes = 128 * 1024;
    private const int MostWishSkills = 8;
    private readonly ModelStore _store;
    private readonly ModelInstaller _installer;
    private readonly ModelSources _sources;
    private readonly StoredModels _stored;
    private readonly LocalModels _models;
    private readonly RuntimeCatalog _catalog;
    private readonly SkillRulesOf _rules;
    private readonly EngineBook _book;

    internal ModelService(ModelStore store, ModelInstaller installer, ModelSources sources, StoredModels stored, LocalModels models, RuntimeCatalog catalog, EngineContext engines)
    {
        (_store, _installer, _sources, _stored, _models, _catalog) = (store, installer, sources, stored, models, catalog);
        _book = engines.Book;
        _rules = id => engines.Skills.For(id).Skills;
    }

    private delegate ImmutableArray<Skill> SkillRulesOf(string id);

    private bool HasQnn => _catalog.Of<OnnxRuntime>().Any(r => r.IsQnn);

    public async Task<ListModelsReply> ListAsync(CancellationToken cancellationToken)
    {
        var loaded = new HashSet<string>(StringComparer.Ordinal);
        foreach (var runtime in _catalog.Of<OnnxRuntime>())
        {
            loaded.UnionWith((await runtime.LoadedAsync(cancellationToken)).Keys);
        }

        var all = _store.Models.Select(m => ModelWire.Stored(m, _stored.SkillsOf(m), _stored.IsRunnable(m, HasQnn), loaded.Contains(m.Id), _models.LoadMs(m.Id)));
        var builtIn = BuiltInModels.All.Select(m => ModelWire.BuiltIn(m, loaded.Contains(m.Id), _models.LoadMs(m.Id)));
        return new ListModelsReply { Models = { all.Concat(builtIn) }, DiskFreeBytes = Disk.FreeBytes(_store.Layout.Root) };
    }

    public async Task<PreviewReply> PreviewAsync(InstallWish wish, CancellationToken cancellationToken)
    {
        try
        {
            if (wish.Pull is { } pull)
            {
                _ = Engine(pull);
                return new PreviewReply { DiskFreeBytes = Disk.FreeBytes(_store.Layout.Root), Kind = "engine" };
            }

            _ = ModelSources.IdOf(wish);
            return ModelWire.Preview(await _installer.PreviewAsync(_sources.Open(wish, null), cancellationToken));
        }
        catch (ModelStoreException e)
        {
            return new PreviewReply { Failure = ModelWire.Failure(e) };
        }
    }

    /// <summary>Installs; <paramref name="tell"/> gets every step and, as the last, how it ended.</summary>
    internal async Task InstallAsync(InstallWish wish, RelayFiles files, Action<InstallUpdate> tell, CancellationToken cancellationToken)
    {
        try
        {
            tell(new InstallUpdate { Done = wish.Pull is { } pull ? await PullAsync(pull, tell, cancellationToken) : await FetchAsync(wish, files, tell, cancellationToken) });
        }
        catch (ModelStoreException e)
        {
            tell(new InstallUpdate { Failure = ModelWire.Failure(e) });
        }
        catch (TaskFailedException e)
        {
            tell(new InstallUpdate { Failure = ModelWire.Failure(new ModelStoreException(StoreFailure.SourceFailed, e.Message)) });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var failure = e is IOException io && Disk.IsFull(io) ? StoreFailure.DiskFull : StoreFailure.SourceFailed;
            tell(new InstallUpdate { Failure = ModelWire.Failure(new ModelStoreException(failure, WithoutPaths.In(e.Message))) });
        }
    }

    public async Task<RemoveModelReply> RemoveAsync(RemoveModelRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (_store.Models.All(m => m.Id != request.Id) && _catalog.Of<OllamaRuntime>().FirstOrDefault(r => r.Info.Models.Any(m => m.Id == request.Id)) is { } engine)
            {
                return new RemoveModelReply { Known = await RemoveFromEngineAsync(engine, request, cancellationToken) };
            }

            var id = ModelId.Parse(request.Id);
            var known = await _store.RemoveAsync(id, cancellationToken);
            _stored.Refresh();
            foreach (var runtime in _catalog.Of<OnnxRuntime>())
            {
                await runtime.UnloadAsync(id.Value, cancellationToken);
            }

            return new RemoveModelReply { Known = known };
        }
        catch (ModelStoreException e)
        {
            return new RemoveModelReply { Failure = ModelWire.Failure(e) };
        }
        catch (TaskFailedException e)
        {
            return new RemoveModelReply { Failure = ModelWire.Failure(new ModelStoreException(StoreFailure.SourceFailed, e.Message)) };
        }
    }

    // What the device's owner put into their engine is theirs: it goes on a second word only.
    private async Task<bool> RemoveFromEngineAsync(OllamaRuntime engine, RemoveModelRequest request, CancellationToken cancellationToken)
    {
        var runtime = engine.Info;
        if (!request.Confirmed && !_book.WasPulled(runtime.Id, request.Id))
        {
            throw new ModelStoreException(StoreFailure.NeedsConfirmation, $"{request.Id} was put into {runtime.Name} by somebody else than EdgeMesh; other programs may use it.");
        }

        var known = await engine.RemoveAsync(request.Id, cancellationToken);
        _book.Pulled(runtime.Id, request.Id, isThere: false);
        return known;
    }

    /// <summary>A file that a manifest names, and no other.</summary>
    public async Task SendFileAsync(GetFileRequest request, IServerStreamWriter<FileChunk> chunks, CancellationToken cancellationToken)
    {
        var manifest = _store.Models.FirstOrDefault(m => m.Id == request.Id);
        var file = manifest?.Files.FirstOrDefault(f => f.Path == request.Path);
        if (manifest is null || file is null || request.Offset < 0 || request.Offset > file.Bytes)
        {
            throw new RpcException(new Status(StatusCode.NotFound, "There is no such file of an installed model."));
        }

        await using var stream = File.OpenRead(Path.Combine(_store.FolderOf(manifest), file.Path));
        stream.Position = request.Offset;
        var buffer = new byte[ChunkBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await chunks.WriteAsync(new FileChunk { Data = ByteString.CopyFrom(buffer, 0, read) }, cancellationToken);
        }
    }

    private async Task<StoredModel> FetchAsync(InstallWish wish, RelayFiles files, Action<InstallUpdate> tell, CancellationToken cancellationToken)
    {
        var id = ModelSources.IdOf(wish);
        var skills = wish.Skills.Take(MostWishSkills).Select(s => Enum.TryParse<Skill>(s, ignoreCase: true, out var skill) ? (Skill?)skill : null).OfType<Skill>().Distinct().ToImmutableArray();
        var request = new InstallRequest(id, _sources.Open(wish, files), ModelKinds.Parse(wish.Relay?.Kind ?? wish.Download?.Kind ?? ""), skills.IsEmpty ? null : skills, wish.EvenIfMemoryIsShort)
        {
            UsualSkills = kind => kind == ModelKind.TextOnnx ? _rules(id.Value) : ModelKinds.Skills(kind),
        };
        var manifest = await _installer.InstallAsync(request, new Steps(tell), cancellationToken);
        _stored.Refresh();
        return ModelWire.Stored(manifest, _stored.SkillsOf(manifest), _stored.IsRunnable(manifest, HasQnn), false, null);
    }

    private async Task<StoredModel> PullAsync(EnginePull pull, Action<InstallUpdate> tell, CancellationToken cancellationToken)
    {
        var engine = Engine(pull);
        var wasThere = engine.Info.Models.Any(m => m.Id == Listed(pull.Model));
        var speed = new SpeedMeter(TimeProvider.System);
        var (told, before) = (0L, 0L);
        await engine.PullAsync(
            pull.Model,
            (done, total) =>
            {
                // Ollama counts each of its layers from the start again.
                speed.Add(done >= before ? done - before : done);
                before = done;
                if (TimeProvider.System.GetElapsedTime(told) >= TimeSpan.FromMilliseconds(100))
                {
                    told = TimeProvider.System.GetTimestamp();
                    tell(new InstallUpdate { Step = ModelWire.Step(InstallPhase.Fetching, done, total, speed.BytesPerSecond()) });
                }
            },
            cancellationToken);
        if (!wasThere)
        {
            _book.Pulled(engine.Info.Id, Listed(pull.Model), isThere: true);
        }

        return new StoredModel { Id = pull.Model };
    }

    // Without a tag Ollama takes and lists the latest.
    private static string Listed(string model) => model.LastIndexOf(':') > model.LastIndexOf('/') ? model : model + ":latest";

    private OllamaRuntime Engine(EnginePull pull) => _catalog.Of<OllamaRuntime>().FirstOrDefault(r => pull.RuntimeId.Length == 0 || r.Info.Id == pull.RuntimeId)
        ?? throw new ModelStoreException(StoreFailure.NotFound, "Ollama was not found on this device. Install it from ollama.com and start it.");

    private sealed class Steps(Action<InstallUpdate> tell) : IProgress<InstallProgress>
    {
        public void Report(InstallProgress value) => tell(new InstallUpdate { Step = ModelWire.Step(value) });
    }
}
