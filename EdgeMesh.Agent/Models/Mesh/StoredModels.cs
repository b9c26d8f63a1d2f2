using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Runtimes.Discovery;

namespace EdgeMesh.Agent.Models.Mesh;

/// <summary>Tells the agent's own runtimes what the store has: at start, and after every change.</summary>
internal sealed class StoredModels(ModelStore store, LocalModels models, EngineContext engines) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var times = new LoadTimes(store);
        models.KeepLoadTimes(times.Read(), times.Write);
        Refresh();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Refresh() => models.SetStored([.. store.Models.Select(Local).OfType<LocalModel>()]);

    /// <summary>The model as the agent runs it; null when it cannot.</summary>
    private LocalModel? Local(ModelManifest manifest)
    {
        if (KindOf(manifest.Kind) is not { } kind)
        {
            return null;
        }

        var folder = store.FolderOf(manifest);
        var tier = engines.Skills.For(manifest.Id, ModelFacts.BillionsIn(manifest.Id)).Tier;
        return new LocalModel(
            manifest.Id, folder, kind, manifest.Skills, ModelFacts.WeightBytes(manifest), kind == LocalModelKind.Text ? ModelFacts.ContextTokens(folder) : null, tier, false);
    }

    public static LocalModelKind? KindOf(ModelKind kind) => kind switch
    {
        ModelKind.TextOnnx => LocalModelKind.Text,
        ModelKind.ImageOnnx => LocalModelKind.Image,
        _ => null,
    };
}
