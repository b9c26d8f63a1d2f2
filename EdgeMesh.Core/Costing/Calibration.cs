using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Costing;

/// <summary>What a device learns about: one task kind of one runtime and model (and skill, as summaries and chats differ in length).</summary>
[GenerateSerializer, Immutable]
public sealed record CalibrationKey(string RuntimeId, string ModelId, TaskKind Kind);

/// <summary>
/// The posterior of one <see cref="CalibrationKey"/> on one device, in log space, robust and slowly forgetting
/// (see <see cref="CostModel"/>). Values are learned from receipts only.
/// </summary>
/// <param name="Runs">Attempts learned from.</param>
/// <param name="LogCostMean">Mean of ln(milliseconds per unit of work) after the fixed overhead.</param>
/// <param name="LogCostVariance">Its variance; the spread behind p90.</param>
/// <param name="OverheadMs">Fixed milliseconds per task.</param>
/// <param name="LogOutputMean">Mean of ln(output units), for kinds whose output length is not known beforehand.</param>
/// <param name="LogOutputVariance">Its variance.</param>
[GenerateSerializer, Immutable]
public sealed record Calibration(
    int Runs,
    double LogCostMean,
    double LogCostVariance,
    double OverheadMs,
    double LogOutputMean,
    double LogOutputVariance);
