using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Models;

/// <summary>A model and the devices that have it.</summary>
/// <param name="Id">Its name in the mesh.</param>
/// <param name="Tier">0 for the built-in toys, else 1 to 5; null when nothing runs it now.</param>
/// <param name="Places">In join order.</param>
public sealed record ModelRow(string Id, ImmutableArray<Skill> Skills, int? Tier, ImmutableArray<ModelPlace> Places)
{
    /// <summary>Came with the agents, for trying out and measuring.</summary>
    public bool BuiltIn => Places.Any(p => p.Stored?.BuiltIn == true);

    /// <summary>Came with the agents wherever it is.</summary>
    public bool WithAgent => Places.All(p => p.WithAgent);

    /// <summary>Why no job is given to it by itself wherever it is; null when it is somewhere.</summary>
    public string? CannotRun => Places.All(p => p.CannotRun is not null) ? Places.Select(p => p.CannotRun).FirstOrDefault() : null;

    /// <summary>Of the weights or, in a store, of all files; null when nobody says.</summary>
    public long? Bytes => Places.Select(p => p.Bytes).FirstOrDefault(b => b > 0);
}

/// <summary>A model on one device.</summary>
/// <param name="Runtimes">The engines there that can run it, by name.</param>
/// <param name="Ready">Whether one of them is ready.</param>
/// <param name="WithAgent">It came with the agent: a built-in model, or the built-in summariser.</param>
/// <param name="Stored">In the device's store or built in; null when another engine keeps it.</param>
/// <param name="InOllama">Ollama keeps it.</param>
/// <param name="Measurable">A runtime that is ready can run it by itself, to measure it.</param>
/// <param name="CannotRun">Why no engine there runs it, when the device says so; else null.</param>
public sealed record ModelPlace(
    DeviceSnapshot Device, ImmutableArray<string> Runtimes, bool Ready, bool WithAgent, long? Bytes, StoredModelInfo? Stored, bool Measurable = false, string? CannotRun = null, bool InOllama = false)
{
    /// <summary>Whether another device can get it from here.</summary>
    public bool CanBeRelayed => Stored is { BuiltIn: false };

    /// <summary>Whether it can be removed here: from the store, or by Ollama.</summary>
    public bool Removable => CanBeRelayed || (InOllama && Ready);
}

/// <summary>Which model is where: what engines report, joined with what stores have. Pure.</summary>
public static class ModelMatrix
{
    private const string BuiltInSummariser = "builtin";
    private const string OllamaPrefix = "ollama:";

    /// <summary>Rows of models that can be asked for something or lie in a store; the built-in ones are last.</summary>
    public static ImmutableArray<ModelRow> Of(FleetSnapshot fleet, ModelsSnapshot models)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(models);
        var places =
            from device in fleet.Devices
            let stored = models.Stores.GetValueOrDefault(device.Id)?.Models ?? []
            let reported = device.Runtimes.SelectMany(r => r.Models.Where(m => !m.Skills.IsEmpty || r.TaskKinds.Contains(TaskKind.OnnxRun)).Select(m => (Runtime: r, Model: m))).ToLookup(r => r.Model.Id)
            from id in reported.Select(r => r.Key).Union(stored.Select(s => s.Id))
            select (Id: id, Place: Place(device, stored.FirstOrDefault(s => s.Id == id), [.. reported[id]]), Models: reported[id].Select(r => r.Model).ToList(), Stored: stored.FirstOrDefault(s => s.Id == id));
        return
        [
            .. places.GroupBy(p => p.Id).Select(g => new ModelRow(
                g.Key,
                g.SelectMany(p => p.Models).FirstOrDefault()?.Skills ?? g.Select(p => p.Stored).First(s => s is not null)!.Skills,
                g.SelectMany(p => p.Models).Select(m => (int?)m.QualityTier).Max(),
                [.. g.Select(p => p.Place)]))
            .OrderBy(r => r.BuiltIn || r.Skills.IsEmpty).ThenByDescending(r => r.Tier ?? 0).ThenBy(r => r.Id, StringComparer.Ordinal),
        ];
    }

    private static ModelPlace Place(DeviceSnapshot device, StoredModelInfo? stored, ImmutableArray<(RuntimeInfo Runtime, ModelInfo Model)> reported) => new(
        device,
        [.. reported.Where(r => r.Model.CannotRun is null).Select(r => r.Runtime.Name).Distinct()],
        reported.Any(r => r.Runtime.State == RuntimeState.Ready && r.Model.CannotRun is null),
        stored?.BuiltIn ?? reported.All(r => r.Runtime.Id == BuiltInSummariser),
        stored is { BuiltIn: false } ? stored.Bytes : reported.Select(r => r.Model.SizeBytes).FirstOrDefault(b => b is > 0),
        stored,
        device.State == DeviceState.Online && reported.Any(r => r is { Runtime.State: RuntimeState.Ready, Model.RunsAsOnnx: true } && r.Runtime.TaskKinds.Contains(TaskKind.OnnxRun) && !r.Model.Skills.Contains(Skill.Image)),
        reported.All(r => r.Model.CannotRun is not null) ? reported.Select(r => r.Model.CannotRun).FirstOrDefault() : null,
        stored is null && reported.Any(r => r.Runtime.Id.StartsWith(OllamaPrefix, StringComparison.Ordinal)));
}
