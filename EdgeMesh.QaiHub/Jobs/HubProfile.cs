using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>What a profile job measured on the device.</summary>
/// <param name="Inference">The service's figure for one inference.</param>
/// <param name="AllInferences">Every measured one.</param>
/// <param name="PeakMemory">Bytes while it ran: the lower and upper bound; equal when the service gives one figure.</param>
/// <param name="FirstLoad">Loading for the first time, which includes preparing for the NPU; null when not measured.</param>
/// <param name="WarmLoad">Loading again; null when not measured.</param>
/// <param name="Layers">In the model's order.</param>
/// <param name="Units">NPU, GPU and CPU: those that ran anything.</param>
/// <param name="Tools">The compilers and runtimes that were used, as "name version".</param>
public sealed record HubProfile(
    TimeSpan Inference,
    ImmutableArray<TimeSpan> AllInferences,
    (long Lower, long Upper) PeakMemory,
    TimeSpan? FirstLoad,
    TimeSpan? WarmLoad,
    ImmutableArray<HubLayer> Layers,
    ImmutableArray<UnitShare> Units,
    ImmutableArray<string> Tools)
{
    /// <summary>A profile job's result; also an inference job's, where it has one.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.NotReady"/> when there is nothing measured in it.</exception>
    public static HubProfile Of(JobResult result) =>
        Find(result) ?? throw new QaiHubException(HubFailure.NotReady, "This result has no measurement in it.", "Only profile and inference jobs measure.");

    /// <summary>The measurement in a result; null when there is none, as in some of inference jobs.</summary>
    public static HubProfile? Find(JobResult result)
    {
        if ((result.ProfileJobResult?.Profile ?? result.InferenceJobResult?.Detail) is not { } detail)
        {
            return null;
        }

        ImmutableArray<HubLayer> layers = [.. detail.LayerDetails.Select(l => new HubLayer(
            l.Name, l.LayerTypeName, l.ComputeUnit, l.HasExecutionTime ? Micros(l.ExecutionTime) : null, l.HasExecutionCycles ? l.ExecutionCycles : null))];
        return new HubProfile(
            Micros(detail.ExecutionTime),
            [.. detail.AllExecutionTimes.Select(Micros)],
            detail.ExecutionMemory?.Peak is { } peak ? ((long)peak.Lower, (long)peak.Upper) : ((long)detail.PeakMemoryUsage, (long)detail.PeakMemoryUsage),
            Measured(detail.ColdLoadTime) ?? Measured(detail.LoadTime), // the old form has only the latter
            Measured(detail.WarmLoadTime),
            layers,
            UnitShare.Of(layers),
            [.. detail.ToolVersions.Select(t => $"{t.Name} {t.Version}")]);
    }

    private static TimeSpan? Measured(ulong micros) => micros == 0 ? null : Micros(micros);

    private static TimeSpan Micros(ulong micros) => TimeSpan.FromMicroseconds(Math.Min(micros, 1e15));
}

/// <summary>One layer of a model on the device.</summary>
/// <param name="Cycles">Where the device counts those instead of time.</param>
public sealed record HubLayer(string Name, string Type, ComputeUnit Unit, TimeSpan? Time, ulong? Cycles);

/// <summary>What one compute unit ran.</summary>
/// <param name="Share">Of the time where all layers have one, else of the cycles, else of the layers; 0 to 1.</param>
public sealed record UnitShare(ComputeUnit Unit, int Layers, TimeSpan Time, double Share)
{
    /// <summary>The shares, largest first.</summary>
    public static ImmutableArray<UnitShare> Of(IReadOnlyCollection<HubLayer> layers)
    {
        Func<HubLayer, double> weight = layers.All(l => l.Time is not null) && layers.Any(l => l.Time > TimeSpan.Zero) ? l => l.Time!.Value.TotalMicroseconds
            : layers.All(l => l.Cycles is not null) && layers.Any(l => l.Cycles > 0) ? l => l.Cycles!.Value
            : _ => 1;
        var whole = layers.Sum(weight);
        return
        [
            .. layers.GroupBy(l => l.Unit)
                .Select(g => new UnitShare(g.Key, g.Count(), TimeSpan.FromMicroseconds(g.Sum(l => l.Time?.TotalMicroseconds ?? 0)), g.Sum(weight) / whole))
                .OrderByDescending(u => u.Share),
        ];
    }
}
