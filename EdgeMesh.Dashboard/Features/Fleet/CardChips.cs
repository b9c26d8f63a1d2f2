using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Features.Fleet;

/// <summary>Which engines and models a card names: a person's own first, since what comes with every agent tells devices apart from none. Pure.</summary>
/// <param name="Hidden">Names of those there is no room for.</param>
public sealed record CardChips(ImmutableArray<RuntimeInfo> Engines, ImmutableArray<ModelInfo> Models, ImmutableArray<string> Hidden)
{
    private const int Room = 3;
    private const int MostEngines = 2;
    private const string BuiltInSummariser = "builtin";

    public static CardChips Of(DeviceSnapshot device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var engines = device.Runtimes.OrderBy(Rank).ToList();
        var own = engines.Count(r => Rank(r) == 0);
        var models = device.Runtimes.Where(r => r.State != RuntimeState.Down).SelectMany(r => r.Models.Where(m => !m.Skills.IsEmpty && m.CannotRun is null).Select(m => (Model: m, BuiltIn: IsBuiltIn(r, m)))).DistinctBy(m => m.Model.Id)
            .OrderBy(m => m.BuiltIn).ThenByDescending(m => m.Model.QualityTier).ToList();

        // Beside engines of one's own, those that every agent brings are not worth the room.
        var shown = engines.Take(own > 0 ? Math.Min(own, MostEngines) : MostEngines).ToList();
        var named = models.Where(m => own == 0 || !m.BuiltIn).Take(Room - shown.Count).Select(m => m.Model).ToList();
        return new CardChips(
            [.. shown], [.. named], [.. engines.Skip(shown.Count).Select(r => r.Name), .. models.Select(m => m.Model.Id).Except(named.Select(m => m.Id))]);
    }

    // Engines in other processes, also when they are down, and any with a model that did not come with the agent.
    private static int Rank(RuntimeInfo runtime) =>
        IsEngine(runtime) || runtime.Models.Any(m => !m.Skills.IsEmpty && !IsBuiltIn(runtime, m)) ? 0
        : runtime.Models.Any(m => !m.Skills.IsEmpty) ? 1
        : 2;

    // Their ids name the address; those of the agent's own runtimes name the accelerator or nothing.
    private static bool IsEngine(RuntimeInfo runtime) => runtime.Id.Contains(':', StringComparison.Ordinal);

    private static bool IsBuiltIn(RuntimeInfo runtime, ModelInfo model) => model.QualityTier == 0 || runtime.Id == BuiltInSummariser;
}
