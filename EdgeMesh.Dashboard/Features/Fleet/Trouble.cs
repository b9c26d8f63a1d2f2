using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Dashboard.Features.Fleet;

/// <summary>Something a person may want to do something about: the device, and one sentence of cause and effect.</summary>
/// <param name="Class">CSS class of its colour.</param>
/// <param name="Sentence">Goes on after the device's name.</param>
public sealed record Trouble(DeviceSnapshot Device, string Class, string Icon, string Sentence)
{
    /// <summary>What is wrong in the fleet, worst first; empty when nothing is.</summary>
    public static ImmutableArray<Trouble> Of(FleetSnapshot fleet, DateTimeOffset now) =>
        [.. fleet.Devices.Select(d => Of(d, now)).OfType<Trouble>().OrderBy(t => t.Device.State == DeviceState.Lost ? 0 : 1)];

    private static Trouble? Of(DeviceSnapshot device, DateTimeOffset now)
    {
        var down = device.Runtimes.Where(r => r.State == RuntimeState.Down).ToList();
        return device.State switch
        {
            DeviceState.Lost when device.LastSeen is { } seen => new Trouble(device, "danger", "offline", $"has been lost for {Format.Age(seen, now)}. {device.StateReason}"),
            DeviceState.Lost => new Trouble(device, "danger", "offline", $"has never been online. {device.StateReason}"),
            DeviceState.Suspect => new Trouble(device, "warn", "clock", $"was last seen {Format.Ago(device.LastSeen, now)}. {device.StateReason}"),
            _ when device.Warning is not null => new Trouble(device, "warn", "warn", $"is claimed twice. {device.Warning}"),
            _ when down.Count > 0 => new Trouble(device, "warn", "warn", $"cannot use {string.Join(" and ", down.Select(r => r.Name))}. {string.Join(" ", down.Select(r => r.Reason))}"),
            _ => null,
        };
    }
}
