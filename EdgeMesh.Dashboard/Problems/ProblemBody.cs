using System.Text.Json.Serialization;

namespace EdgeMesh.Dashboard.Problems;

/// <summary>An RFC 9457 problem as it goes out.</summary>
/// <param name="Code">Stable machine word.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Field">The request field at fault as a JSON path.</param>
/// <param name="Problems">When several things are wrong: all of them; the members above are the first.</param>
/// <param name="Devices">When no device can run a job: every device with its reason.</param>
/// <param name="RetryAfterSeconds">When there is likely to be room; also in the header <c>Retry-After</c>. Left out when trying again would not help.</param>
public sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string Remedy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Problem>? Problems = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DeviceVerdictDto>? Devices = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RetryAfterSeconds = null);
