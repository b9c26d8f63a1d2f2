using EdgeMesh.Core.Live;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>New devices that ask to join without a token and wait for a person's yes. In memory, few, and not for long. Thread-safe.</summary>
public interface IJoinRequests
{
    /// <summary>Those that wait, the oldest first.</summary>
    ImmutableArray<JoinRequest> Current { get; }

    /// <summary>Snapshot and newer ones.</summary>
    ILiveSubscription<ImmutableArray<JoinRequest>> Subscribe();

    /// <summary>Lets the device in; it comes by itself within seconds. Null when done, else why not.</summary>
    Task<Problem?> ApproveAsync(DeviceId id, CancellationToken cancellationToken);

    /// <summary>Sends it away; it may ask again after a while.</summary>
    Task<Problem?> RefuseAsync(DeviceId id);
}

/// <summary>A device that asks to join.</summary>
/// <param name="Id">Thumbprint of its key; its first eight characters stand on the device's own screen too.</param>
/// <param name="Code">Six digits that stand on the device's own screen too, see <see cref="Core.Trust.JoinCode"/>; null for the second until both sides have shown their nonces.</param>
/// <param name="Name">What it calls itself; proves nothing.</param>
/// <param name="Address">Where it asked from; proves nothing either.</param>
public sealed record JoinRequest(DeviceId Id, string Name, string Address, string AgentVersion, DateTimeOffset AskedAt, string? Code = null);
