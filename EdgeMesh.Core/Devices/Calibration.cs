using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Devices;

/// <summary>What a device learns about: one task kind of one runtime and model, and the skill, as summaries and chats differ in length.</summary>
/// <param name="Sizes">Of a run of an ONNX model: the sizes that it is of (<see cref="OnnxSizes"/>); else empty.</param>
[GenerateSerializer, Immutable]
public sealed record CalibrationKey(string RuntimeId, string ModelId, TaskKind Kind, Skill? Skill = null, string Sizes = "")
{
    /// <summary>Without the runtime, which differs least: a decision looks up every model of every device.</summary>
    public override int GetHashCode() => HashCode.Combine(string.GetHashCode(ModelId), Kind, Skill.GetValueOrDefault((Skill)(-1)));
}

/// <summary>
/// The posterior of one <see cref="CalibrationKey"/> on one device, in log space, robust and slowly forgetting
/// (the cost model says how). Values are learned from receipts only.
/// </summary>
/// <param name="Runs">Attempts learned from.</param>
/// <param name="LogCostMean">Mean of ln(milliseconds per unit of work) after the fixed overhead.</param>
/// <param name="LogCostVariance">Its variance; the spread behind p90.</param>
/// <param name="OverheadMs">Fixed milliseconds per task.</param>
/// <param name="LogOutputMean">Mean of ln(output units), for kinds whose output length is not known beforehand.</param>
/// <param name="LogOutputVariance">Its variance.</param>
/// <param name="FirstLogCosts">The first few ln(ms per unit of work), of which the median counts; null when none are kept.</param>
/// <param name="FirstOverheadsMs">The first few overheads, likewise.</param>
[GenerateSerializer, Immutable]
public sealed record Calibration(
    int Runs,
    double LogCostMean,
    double LogCostVariance,
    double OverheadMs,
    double LogOutputMean,
    double LogOutputVariance,
    ImmutableList<double>? FirstLogCosts = null,
    ImmutableList<double>? FirstOverheadsMs = null);
