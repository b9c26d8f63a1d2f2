using System.Text.Json.Serialization;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Models.Profiled;

/// <summary>What a profile job of AI Hub measured of a compiled model on a device of its farm.</summary>
/// <param name="HubModel">AI Hub's id of the compiled model: the one of <see cref="HubOrigin.Model"/>.</param>
/// <param name="Job">AI Hub's id of the profile job; a job is recorded once.</param>
/// <param name="ModelName">Its name for people.</param>
/// <param name="DeviceName">The device of the farm, such as <c>Snapdragon X Elite CRD</c>.</param>
/// <param name="Target">That device's chip.</param>
/// <param name="Kind">What was profiled.</param>
/// <param name="LatencyMs">Milliseconds of one inference.</param>
/// <param name="FirstLoadMs">Milliseconds of the first load; null when not told.</param>
/// <param name="WarmLoadMs">Milliseconds of a later load; null when not told.</param>
/// <param name="PeakMemoryBytes">Highest memory of an inference, as AI Hub estimates it; null when not told.</param>
/// <param name="Layers">Layers by processor; empty when not told.</param>
/// <param name="Emulated">The emulator made it up: it is shown as that, and never used to predict anything.</param>
/// <param name="At">When it was measured.</param>
/// <param name="Confirmed">Qualcomm's service measured it, as its answers proved; only then does it count as that.</param>
/// <param name="Inputs">The sizes that it was measured with; null when they are not known, and then it is compared with nothing.</param>
public sealed record ProfiledLatency(
    string HubModel,
    string Job,
    string ModelName,
    string DeviceName,
    ChipsetTarget Target,
    ArtifactKind Kind,
    double LatencyMs,
    double? FirstLoadMs,
    double? WarmLoadMs,
    long? PeakMemoryBytes,
    ImmutableSortedDictionary<AcceleratorKind, int> Layers,
    bool Emulated,
    DateTimeOffset At,
    bool Confirmed = false,
    ImmutableArray<TensorInfo>? Inputs = null)
{
    /// <summary>It may be called measured by Qualcomm.</summary>
    [JsonIgnore]
    public bool IsQualcomm => Confirmed && !Emulated;

    /// <summary>The processor that ran most of its layers; null when not told.</summary>
    public AcceleratorKind? On => Layers.Values.Sum() > 0 ? Layers.MaxBy(l => l.Value).Key : null;
}
