using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Devices;

/// <summary>What a device executes now, for its card.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Kind">The job's kind.</param>
/// <param name="Title">The job's title.</param>
/// <param name="ModelId">The model, or null.</param>
/// <param name="StartedAt">When the device began.</param>
/// <param name="PredictedP50Ms">Its estimate, or null.</param>
[GenerateSerializer, Immutable]
public sealed record RunningAttempt(AttemptId Attempt, Jobs.JobKind Kind, string Title, string? ModelId, DateTimeOffset StartedAt, double? PredictedP50Ms);

/// <summary>Everything known about one device at one moment.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">Its name for people; unique in the mesh is not required.</param>
/// <param name="Ordinal">Order of joining, from 0; fixes its lane colour.</param>
/// <param name="State">Online, Suspect, Lost or Draining.</param>
/// <param name="StateReason">Why it is in this state, in words; null when Online.</param>
/// <param name="LastSeen">Last beat; null when it never linked since it joined.</param>
/// <param name="Link">How it is reached (or was last).</param>
/// <param name="Profile">Hardware; null until first linked.</param>
/// <param name="Telemetry">Last beat's figures; null until one came.</param>
/// <param name="LoadHistory">CPU percent, oldest first, one value a second, at most 60.</param>
/// <param name="Runtimes">Engines as last reported.</param>
/// <param name="RuntimesLoaded">Whether the device has reported its runtimes since it linked (false: still starting).</param>
/// <param name="Lanes">What its runtimes work on and what waits for them; a runtime with nothing to do is not among them.</param>
/// <param name="InUse">The models that its attempts in flight use, each once.</param>
/// <param name="Running">What it executes now.</param>
/// <param name="QueuedCount">Attempts that wait for their turn on it.</param>
/// <param name="Calibrations">What was learned from its finished attempts.</param>
/// <param name="RoundTripMs">Measured link round trip; null until measured.</param>
/// <param name="Warning">Something about it that a person should know although it works, in words; or null.</param>
/// <param name="LinkEnd">How its last link ended; null while linked and before the first one.</param>
[GenerateSerializer, Immutable]
public sealed record DeviceSnapshot(
    DeviceId Id,
    string Name,
    int Ordinal,
    DeviceState State,
    string? StateReason,
    DateTimeOffset? LastSeen,
    LinkKind Link,
    DeviceProfile? Profile,
    Telemetry? Telemetry,
    ImmutableArray<float> LoadHistory,
    ImmutableArray<RuntimeInfo> Runtimes,
    bool RuntimesLoaded,
    ImmutableArray<Lane> Lanes,
    ImmutableArray<ModelUse> InUse,
    ImmutableArray<RunningAttempt> Running,
    int QueuedCount,
    ImmutableDictionary<CalibrationKey, Calibration> Calibrations,
    double? RoundTripMs = null,
    string? Warning = null,
    LinkEnd? LinkEnd = null)
{
    /// <summary>Predicted milliseconds of all its lanes, as if everything ran one after the other.</summary>
    public double QueuedWorkMs => Lanes.Sum(l => l.WorkMs);

    /// <summary>MiB that are promised to attempts in flight and not in the measurement yet.</summary>
    public double ReservedRamMb => InUse.IsEmpty ? 0 : InUse.Sum(u => u.PromisedMb);

    /// <summary>What it has learned of such a task; null before the first.</summary>
    public Calibration? Learned(CalibrationKey key) => Calibrations.IsEmpty ? null : Calibrations.GetValueOrDefault(key);

    /// <summary>A runtime's lane as it is now.</summary>
    public Lane LaneOf(RuntimeInfo runtime)
    {
        foreach (var lane in Lanes)
        {
            if (lane.RuntimeId == runtime.Id)
            {
                return lane;
            }
        }

        return Lane.Idle(runtime.Id, runtime.Slots);
    }
}

/// <summary>How a link ended.</summary>
public enum LinkEnd
{
    /// <summary>The connection was closed: the agent stopped, or its machine did in order.</summary>
    Closed,

    /// <summary>Nothing came any more, without a goodbye: power, sleep or the network.</summary>
    Silent,
}

/// <summary>The whole fleet at one moment, in join order. Immutable and shared by everyone; a higher version replaces a lower one.</summary>
[GenerateSerializer, Immutable]
public sealed record FleetSnapshot(long Version, DateTimeOffset TakenAt, ImmutableArray<DeviceSnapshot> Devices)
{
    public static FleetSnapshot Empty { get; } = new(0, DateTimeOffset.UnixEpoch, []);

    /// <summary>The device with this id, or null.</summary>
    public DeviceSnapshot? Find(DeviceId id) => Devices.FirstOrDefault(d => d.Id == id);

    /// <summary>The name of this device; of one that has left, the short form of its id.</summary>
    public string NameOf(DeviceId id) => Find(id)?.Name ?? id.Short;
}
