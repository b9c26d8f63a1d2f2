using System.Collections.Concurrent;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Runtimes.Discovery;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>Tells the agent's own runtimes what the store has: at start, and after every change.</summary>
internal sealed class StoredModels(ModelStore store, LocalModels models, EngineContext engines) : IHostedService
{
    // A folder's name is made of its files' hashes: what is in it does not change.
    private readonly ConcurrentDictionary<string, ModelVerdict?> _verdicts = new(StringComparer.Ordinal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var times = new LoadTimes(store);
        models.KeepLoadTimes(times.Read(), times.Write);
        Refresh();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether the agent itself may run it on this device.</summary>
    public bool IsRunnable(ModelManifest manifest, bool hasQnn) => Local(manifest) switch
    {
        null or { Kind: LocalModelKind.Kept } or { WhyKept: not null, Completes: false, Measures: false } => false,
        { Kind: LocalModelKind.EpContext } => hasQnn,
        _ => true,
    };

    /// <summary>What it can be asked for by itself, as it is judged now.</summary>
    public ImmutableArray<Skill> SkillsOf(ModelManifest manifest) => Local(manifest)?.Skills ?? manifest.Skills;

    public void Refresh()
    {
        var installed = store.Models;
        models.SetStored([.. installed.Select(Local).OfType<LocalModel>()]);
        var folders = installed.Select(store.FolderOf).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _verdicts.Keys.Where(k => !folders.Contains(k)))
        {
            _verdicts.TryRemove(gone, out _);
        }
    }

    /// <summary>The model as the agent runs it; null when it cannot.</summary>
    private LocalModel? Local(ModelManifest manifest)
    {
        var kind = ModelKinds.Of(manifest);
        if (KindOf(kind) is not { } local)
        {
            return null;
        }

        var folder = store.FolderOf(manifest);
        var rules = engines.Skills.For(manifest.Id, ModelFacts.BillionsIn(manifest.Id));
        var verdict = local switch
        {
            LocalModelKind.Text or LocalModelKind.Onnx => _verdicts.GetOrAdd(folder, TextModelCheck.Of),
            LocalModelKind.Image => _verdicts.GetOrAdd(folder, ImageModelCheck.Of),
            _ => null,
        };
        var skills = verdict?.CannotRun is not null ? [] : kind != manifest.Kind && kind == ModelKind.TextOnnx && manifest.Skills.IsEmpty ? rules.Skills : manifest.Skills;
        return new LocalModel(
            manifest.Id, folder, local, skills, ModelFacts.WeightBytes(manifest), local == LocalModelKind.Text ? verdict?.ContextTokens : null, rules.Tier, false, null,
            verdict?.CannotRun ?? WhyKept(kind), verdict?.Completes ?? false, verdict?.Measures ?? false);
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
