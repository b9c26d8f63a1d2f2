using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Hubs;

/// <summary>The fleet, or what changed in it. The first message of a stream has every device; later ones only those that changed.</summary>
/// <param name="Version">Of the snapshot that this brings the reader to; grows within a stream.</param>
/// <param name="Snapshot">Whether <paramref name="Devices"/> is the whole fleet.</param>
/// <param name="Devices">In join order.</param>
/// <param name="Removed">Devices that are no longer there.</param>
public sealed record FleetMessage(long Version, bool Snapshot, IReadOnlyList<DeviceDto> Devices, IReadOnlyList<DeviceId> Removed);

/// <summary>A job as it is, with what it wrote since the message before.</summary>
/// <param name="Version">Sequence of the job's last event in this; grows within a stream.</param>
/// <param name="Snapshot">Whether this is the first message of the stream.</param>
/// <param name="Progress">Of running attempts, by task id.</param>
/// <param name="Output">Text and reasoning that are new since the message before; in the first, all there is.</param>
public sealed record JobMessage(long Version, bool Snapshot, JobDto Job, IReadOnlyDictionary<string, LiveProgress> Progress, IReadOnlyList<OutputDto> Output);

/// <param name="Number">Of the attempt.</param>
/// <param name="Offset">Characters there are before it; what a reader has from there on goes away, as text may turn out to be reasoning.</param>
/// <param name="Reasoning">It is what the model thinks, not its answer.</param>
public sealed record OutputDto(TaskId Task, int Number, int Offset, string Text, bool Reasoning);
