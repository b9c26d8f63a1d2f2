using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Runtimes.Discovery;
using EdgeMesh.Core.Artifacts;

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

    /// <summary>Whether the agent itself may run it on this device.</summary>
    public static bool IsRunnable(ModelManifest manifest, bool hasQnn) => KindOf(manifest.Kind) switch
    {
        null or LocalModelKind.Kept => false,
        LocalModelKind.EpContext => hasQnn,
        _ => true,
    };

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
            manifest.Id, folder, kind, manifest.Skills, ModelFacts.WeightBytes(manifest), kind == LocalModelKind.Text ? ModelFacts.ContextTokens(folder) : null, tier, false, null, WhyKept(manifest.Kind));
    }

    /// <summary>What the agent makes of a kind of the store; null for what belongs to another engine.</summary>
    public static LocalModelKind? KindOf(ModelKind kind) => kind switch
    {
        ModelKind.TextOnnx => LocalModelKind.Text,
        ModelKind.ImageOnnx => LocalModelKind.Image,
        ModelKind.Onnx => LocalModelKind.Onnx,
        ModelKind.EpContext => LocalModelKind.EpContext,
        ModelKind.QnnContext or ModelKind.QnnDlc or ModelKind.TfLite or ModelKind.Emulated => LocalModelKind.Kept,
        _ => null,
    };

    private static string? WhyKept(ModelKind kind) => kind switch
    {
        ModelKind.Emulated => EmulatedArtifact.Why,
        ModelKind.QnnContext => "It is a bare binary for Qualcomm's own tools. Compile it as precompiled_qnn_onnx: ONNX Runtime with QNN runs that.",
        ModelKind.QnnDlc => "It is a container for Qualcomm's own tools. Compile it as precompiled_qnn_onnx: ONNX Runtime with QNN runs that.",
        ModelKind.TfLite => "It is a LiteRT model; ONNX Runtime does not run it. Compile it as onnx.",
        _ => null,
    };
}
