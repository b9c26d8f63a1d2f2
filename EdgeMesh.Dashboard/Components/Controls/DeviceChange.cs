using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>Tells what a person has to see at once from the figures that come with every beat. Pure.</summary>
public static class DeviceChange
{
    /// <summary>Whether a device came, went or changed in more than its figures.</summary>
    public static bool Matters(FleetSnapshot? before, FleetSnapshot now)
    {
        ArgumentNullException.ThrowIfNull(now);
        if (before is null || before.Devices.Length != now.Devices.Length)
        {
            return true;
        }

        for (var i = 0; i < now.Devices.Length; i++)
        {
            if (Matters(before.Devices[i], now.Devices[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it is in another state, does something else, or can do something else.</summary>
    public static bool Matters(DeviceSnapshot before, DeviceSnapshot now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        return !ReferenceEquals(before, now)
            && (before.Id != now.Id || before.State != now.State || before.StateReason != now.StateReason || before.Name != now.Name || before.Link != now.Link
                || before.Warning != now.Warning || before.RuntimesLoaded != now.RuntimesLoaded || before.QueuedCount != now.QueuedCount
                || !before.Running.SequenceEqual(now.Running) || before.Telemetry is null != now.Telemetry is null
                || !SameRuntimes(before, now) || !SameAccelerators(before, now));
    }

    private static bool SameRuntimes(DeviceSnapshot before, DeviceSnapshot now) => before.Runtimes == now.Runtimes
        || before.Runtimes.Select(r => (r.Id, r.State, r.Reason, r.Models.Length)).SequenceEqual(now.Runtimes.Select(r => (r.Id, r.State, r.Reason, r.Models.Length)));

    private static bool SameAccelerators(DeviceSnapshot before, DeviceSnapshot now) => ReferenceEquals(before.Profile, now.Profile)
        || (before.Profile?.Accelerators ?? []).SequenceEqual(now.Profile?.Accelerators ?? []);
}
