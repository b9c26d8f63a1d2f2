using System.Text.Json.Serialization;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Costing;

/// <summary>Where an estimate comes from, weakest first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EstimateOrigin>))]
public enum EstimateOrigin
{
    [JsonStringEnumMemberName("prior")] Prior,
    [JsonStringEnumMemberName("borrowed")] Borrowed,
    [JsonStringEnumMemberName("published")] Published,
    [JsonStringEnumMemberName("measured")] Measured,
}

/// <summary>Predicted cost of a task on a device with a model.</summary>
/// <param name="P50Ms">Milliseconds until its result, queueing included; half of the runs are faster.</param>
/// <param name="P90Ms">Milliseconds that nine of ten runs stay under; never below <paramref name="P50Ms"/>.</param>
/// <param name="RamMb">MiB it needs while running, its model included; null is unknown.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Runs">Finished attempts it was learned from; 0 for a prior.</param>
/// <param name="Basis">The assumptions in words, such as <c>2,912 tokens by bytes / 3.6; 14 tok/s assumed</c>.</param>
/// <param name="WaitMs">Milliseconds of <paramref name="P50Ms"/> and of <paramref name="P90Ms"/> that it waits for its turn on the device; 0 for a whole job.</param>
[GenerateSerializer, Immutable]
public sealed record Estimate(double P50Ms, double P90Ms, double? RamMb, EstimateOrigin Origin, int Runs, [property: JsonIgnore] string Basis = "", double WaitMs = 0)
{
    /// <summary>Milliseconds from its turn to its result; half of the runs are faster.</summary>
    [JsonIgnore]
    public double WorkP50Ms => Math.Max(0, P50Ms - WaitMs);

    /// <summary>Milliseconds from its turn to its result that nine of ten runs stay under.</summary>
    [JsonIgnore]
    public double WorkP90Ms => Math.Max(0, P90Ms - WaitMs);

    /// <summary>Milliseconds from its turn to its result that 99 of 100 runs stay under, by the distribution of the other two.</summary>
    [JsonIgnore]
    public double WorkP99Ms => Remaining.Quantile(Math.Max(Remaining.LeastMs, WorkP50Ms), WorkP90Ms, 0.99);

    /// <summary>The same work behind so much more that is done before it.</summary>
    public Estimate After(double waitMs) => waitMs == 0 ? this : this with { P50Ms = P50Ms + waitMs, P90Ms = P90Ms + waitMs, WaitMs = WaitMs + waitMs };
}
