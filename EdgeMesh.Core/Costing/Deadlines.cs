using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Costing;

/// <summary>
/// How long an attempt may take before its device gives it up, told to the device with the attempt. A device that hangs must not hold a job for ever, and an estimate
/// that is off must not end one that works: so far more than any usual run, unless a person says how long. Pure.
/// </summary>
/// <param name="TimeoutMs">From its start on the device, over 0.</param>
/// <param name="StallMs">The longest silence after its first output, over 0.</param>
[GenerateSerializer, Immutable]
public readonly record struct Deadlines([property: Id(0)] long TimeoutMs, [property: Id(1)] long StallMs)
{
    /// <summary>The least for what ran there before, milliseconds.</summary>
    public const long LeastMeasuredMs = 60_000;

    /// <summary>The least for everything else, milliseconds: an engine may have to load first, or to start.</summary>
    public const long LeastUnmeasuredMs = 600_000;

    /// <summary>The least silence that counts as a stall, milliseconds.</summary>
    public const long LeastStallMs = 60_000;

    private const long MostMs = 7 * 24 * 3_600_000L;
    private const double Patience = 4;
    private const double GapPatience = 10;

    // Weights come from a slow disk at worst.
    private const double LoadBytesPerMs = 50_000;

    /// <summary>
    /// Four times what 99 of 100 runs stay under, by the estimate's own distribution, and the least; a model that is not known to be in memory gets the time to read
    /// it from a slow disk besides. A silence of ten usual gaps between two pieces of output is a stall, a minute at least.
    /// </summary>
    /// <param name="estimate">Its own work counts, not its waiting.</param>
    /// <param name="task">Its kind and options; <see cref="JobOptions.TimeoutSeconds"/> is a person's limit and counts alone.</param>
    /// <param name="model">The model as the device reports it; null when it does not.</param>
    public static Deadlines Of(Estimate estimate, PlannedTask task, ModelInfo? model = null)
    {
        var stall = Bounded(Math.Max(LeastStallMs, GapPatience * estimate.WorkP50Ms / Pieces(task)));
        if (task.Options.TimeoutSeconds is { } seconds)
        {
            return new(Bounded(seconds * 1_000.0), stall);
        }

        var load = model is { ResidentBytes: null, SizeBytes: > 0 and var bytes } ? bytes / LoadBytesPerMs : 0;
        var least = estimate.Origin == EstimateOrigin.Measured ? LeastMeasuredMs : LeastUnmeasuredMs;
        return new(Bounded(load + Math.Max(least, Patience * estimate.WorkP99Ms)), stall);
    }

    /// <summary>What is told one after the other (tokens, steps, runs), by what is usual where no limit is set; 1 at least.</summary>
    internal static double Pieces(PlannedTask task) => Math.Max(1, CostPrior.OutputCap(task.Options) ?? CostPrior.Output(task));

    private static long Bounded(double ms) => double.IsNaN(ms) ? MostMs : (long)Math.Clamp(ms, 1, MostMs);
}
