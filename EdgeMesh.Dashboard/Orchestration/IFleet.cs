using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Live;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>The fleet as the pages, the API and the hub see it. Thread-safe; one per process.</summary>
public interface IFleet
{
    /// <summary>The newest snapshot; shared, immutable.</summary>
    FleetSnapshot Current { get; }

    /// <summary>The device inside this process, or null when it is switched off or not started.</summary>
    DeviceId? LocalDevice { get; }

    /// <summary>Snapshot and newer snapshots, conflated to about ten a second; state changes go out at once.</summary>
    ILiveSubscription<FleetSnapshot> Subscribe();

    /// <summary>Subscribers now; for tests and metrics.</summary>
    int SubscriberCount { get; }

    /// <summary>The device finishes what it has and takes nothing new. Null when done, else why not.</summary>
    Task<Problem?> DrainAsync(DeviceId id, CancellationToken cancellationToken);

    /// <summary>Undoes a drain.</summary>
    Task<Problem?> ResumeAsync(DeviceId id, CancellationToken cancellationToken);

    /// <summary>Has the device prove its accelerators again by a run on each. Null when it will, else why not; what comes of it is in a later snapshot.</summary>
    Task<Problem?> ProveAsync(DeviceId id, CancellationToken cancellationToken);

    /// <summary>Whether an engine that another user of the device runs may get prompts; kept on the device. Null when it is so, else why not.</summary>
    /// <param name="uid">Whose process was shown.</param>
    Task<Problem?> AllowEngineAsync(DeviceId id, string runtime, int uid, bool allow, CancellationToken cancellationToken);

    /// <summary>Names the device; 1 to 64 characters, no control characters.</summary>
    Task<Problem?> RenameAsync(DeviceId id, string name, CancellationToken cancellationToken);

    /// <summary>Cuts the link within a second and forgets the device; its history stays. To come back it needs a new join token.</summary>
    Task<Problem?> ForgetAsync(DeviceId id, CancellationToken cancellationToken);
}
