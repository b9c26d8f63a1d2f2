using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Jobs;

/// <summary>What a person asked for; validated by <see cref="JobRequestValidator"/> before it is planned. Its JSON is api.md's.</summary>
/// <param name="Kind">What to make.</param>
/// <param name="Text">The input; any Unicode, never a path, never interpreted. Empty for sysinfo.</param>
/// <param name="Policy">How to choose the device.</param>
/// <param name="DeviceId">With FORCE_DEVICE, the device; else null.</param>
/// <param name="Model">A model id that must be used; null lets placement choose.</param>
/// <param name="MaxWorkers">At most so many devices at once (1 to 64); null lets the planner choose.</param>
/// <param name="Options">Of the kind; never null.</param>
/// <param name="FileName">Name of the file that the text came from, for people: at most 255 characters, never opened. Null when it was typed.</param>
[GenerateSerializer, Immutable]
[JsonConverter(typeof(JobRequestJsonConverter))]
public sealed record JobRequest(
    JobKind Kind,
    string Text,
    JobPolicy Policy,
    DeviceId? DeviceId,
    string? Model,
    int? MaxWorkers,
    JobOptions Options,
    string? FileName = null);
