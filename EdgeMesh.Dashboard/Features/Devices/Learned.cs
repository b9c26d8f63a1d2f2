using System.Globalization;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>What a device taught the predictions, in figures for people.</summary>
/// <param name="What">The kind of task.</param>
/// <param name="Model">The model and its runtime.</param>
/// <param name="Cost">The typical cost of a unit of work.</param>
/// <param name="Spread">How far nine of ten runs stay above it.</param>
/// <param name="OverheadMs">What every task costs besides.</param>
/// <param name="Runs">Finished attempts it was measured from.</param>
public sealed record Learned(string What, string Model, string Runtime, string Cost, string Spread, double OverheadMs, int Runs)
{
    /// <summary>Everything measured on the device, most runs first.</summary>
    public static ImmutableArray<Learned> Of(DeviceSnapshot device) =>
        [.. device.Calibrations.Select(c => From(c.Key, c.Value, device)).OrderByDescending(l => l.Runs).ThenBy(l => l.Model, StringComparer.Ordinal)];

    private static Learned From(CalibrationKey key, Calibration known, DeviceSnapshot device)
    {
        var runtime = device.Runtimes.FirstOrDefault(r => r.Id == key.RuntimeId);
        var model = runtime?.Models.FirstOrDefault(m => m.Id == key.ModelId);
        return new Learned(
            key.Kind switch { TaskKind.Sysinfo => "System info", TaskKind.Echo => "Echo test", TaskKind.ImageGenerate => "Image", TaskKind.OnnxRun => "Model run", _ => "Text" },
            key.Sizes.Length == 0 ? key.ModelId : $"{key.ModelId} ({key.Sizes.Replace(";", ", ", StringComparison.Ordinal)})",
            runtime?.Name ?? key.RuntimeId,
            CostOf(key.Kind, Math.Exp(known.LogCostMean), readsCharacters: model?.ContextTokens == 0),
            string.Create(CultureInfo.InvariantCulture, $"+{(Math.Exp(CostModel.Z90 * Math.Sqrt(Math.Max(0, known.LogCostVariance))) - 1) * 100:0} %"),
            known.OverheadMs,
            known.Runs);
    }

    // Units of work are the cost model's: a run, a character, or a token read, of which a written one weighs twenty.
    private static string CostOf(TaskKind kind, double ms, bool readsCharacters) => kind switch
    {
        TaskKind.LlmGenerate when readsCharacters => "by text length",
        TaskKind.LlmGenerate => string.Create(CultureInfo.InvariantCulture, $"{1_000 / (20 * ms):0.0} tok/s"),
        _ when ms < 0.1 => "under 0.1 ms",
        _ => Components.Controls.Format.Ms(ms),
    };
}
