using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Placement;

/// <summary>How long a device that is not linked is expected back: a link breaks and comes back, and after a start of the dashboard the devices come one by one. Pure.</summary>
/// <param name="Up">Since the start of the dashboard.</param>
/// <param name="Within">Since the device was seen last, or since the start when it has not linked yet.</param>
public sealed record Absence(TimeSpan Up, TimeSpan Within)
{
    /// <summary>Whether the device is away and expected back.</summary>
    public bool Expects(DeviceSnapshot device, DateTimeOffset now) =>
        device is { State: DeviceState.Suspect or DeviceState.Lost, LastSeen: { } seen } && (now - seen <= Within || (!device.RuntimesLoaded && Up <= Within));

    /// <summary>The fleet as if everything that is expected back were.</summary>
    public FleetSnapshot Returned(FleetSnapshot fleet, DateTimeOffset now) =>
        fleet with { Devices = [.. fleet.Devices.Select(d => Expects(d, now) ? d with { State = DeviceState.Online } : d)] };
}
