using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Api;

namespace EdgeMesh.Dashboard.Hubs;

/// <summary>Turns fleet snapshots into messages of what changed for one reader.</summary>
internal sealed class FleetDelta
{
    private FleetSnapshot? told;

    /// <summary>What to tell; null when the snapshot is no newer than what was told.</summary>
    public FleetMessage? Next(FleetSnapshot fleet)
    {
        if (told is { } before && fleet.Version <= before.Version)
        {
            return null;
        }

        var known = told?.Devices.ToDictionary(d => d.Id) ?? [];
        var changed = fleet.Devices.Where(d => !known.Remove(d.Id, out var was) || !was.Equals(d)).Select(DeviceDto.From).ToList();
        var message = new FleetMessage(fleet.Version, told is null, changed, [.. known.Keys]);
        told = fleet;
        return message;
    }
}
