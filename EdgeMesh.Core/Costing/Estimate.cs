using System.Text.Json.Serialization;

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
/// <param name="RamMb">MiB it needs while running; null is unknown.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Runs">Finished attempts it was learned from; 0 for a prior.</param>
/// <param name="Basis">The assumptions in words, such as <c>2,912 tokens by bytes / 3.6; 14 tok/s assumed</c>.</param>
[GenerateSerializer, Immutable]
public sealed record Estimate(double P50Ms, double P90Ms, double? RamMb, EstimateOrigin Origin, int Runs, [property: JsonIgnore] string Basis = "");
