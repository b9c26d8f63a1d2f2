using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Features.Fleet;

/// <summary>Which devices of the fleet are looked at.</summary>
public enum FleetShow
{
    All,
    Online,
    Busy,
    Trouble,
    Draining,
}

/// <summary>By what the devices are ordered; each has its useful direction first.</summary>
public enum FleetSort
{
    Joined,
    Name,
    State,
    Load,
    Ram,
}

/// <summary>What a person wants to see of a large fleet. Pure.</summary>
/// <param name="Find">Words, each of which a device must have: of its name, its id, what it is, its accelerators, engines or models.</param>
/// <param name="Reversed">Against the order's useful direction.</param>
public sealed record FleetView(string Find = "", FleetShow Show = FleetShow.All, FleetSort Sort = FleetSort.Joined, bool Reversed = false)
{
    private static readonly string[] s_units = [" "];

    public bool IsFiltered => Find.Trim().Length > 0 || Show != FleetShow.All;

    /// <summary>The devices that fit, in order.</summary>
    public ImmutableArray<DeviceSnapshot> Of(ImmutableArray<DeviceSnapshot> devices)
    {
        var words = Find.Split(s_units, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var fitting = devices.Where(d => IsShown(d) && words.All(w => Has(d, w)));
        var ordered = Sort switch
        {
            FleetSort.Name => fitting.OrderBy(d => d.Name, StringComparer.CurrentCultureIgnoreCase),
            FleetSort.State => fitting.OrderBy(Urgency),
            FleetSort.Load => fitting.OrderByDescending(d => Known(d)?.CpuPercent ?? -1),
            FleetSort.Ram => fitting.OrderByDescending(d => Known(d)?.RamFreeMb ?? -1),
            _ => fitting.OrderBy(d => d.Ordinal),
        };
        var all = ordered.ThenBy(d => d.Ordinal).ToImmutableArray();
        return Reversed ? [.. all.Reverse()] : all;
    }

    // Figures of a device that is gone are of the past.
    private static Telemetry? Known(DeviceSnapshot device) => device.State is DeviceState.Lost or DeviceState.Forgotten ? null : device.Telemetry;

    private static int Urgency(DeviceSnapshot device) => device.State switch
    {
        DeviceState.Lost => 0,
        DeviceState.Suspect => 1,
        _ when HasTrouble(device) => 2,
        DeviceState.Draining => 3,
        _ when device.Running.Length > 0 => 4,
        _ => 5,
    };

    private static bool HasTrouble(DeviceSnapshot device) =>
        device.State is DeviceState.Lost or DeviceState.Suspect || device.Warning is not null || device.Runtimes.Any(r => r.State == RuntimeState.Down);

    private static bool Has(DeviceSnapshot device, string word) =>
        new[] { device.Name, device.Id.Short, device.Profile?.Os, device.Profile?.Machine, device.Profile?.CpuModel }
            .Concat(device.Profile?.Accelerators.Where(a => a.Status != AcceleratorStatus.Absent).SelectMany(a => new[] { a.Kind.ToString(), a.Name }) ?? [])
            .Concat(device.Runtimes.Select(r => r.Name))
            .Concat(device.Runtimes.SelectMany(r => r.Models).Select(m => m.Id))
            .Any(text => text?.Contains(word, StringComparison.CurrentCultureIgnoreCase) == true);

    private bool IsShown(DeviceSnapshot device) => Show switch
    {
        FleetShow.Online => device.State == DeviceState.Online,
        FleetShow.Busy => device.State != DeviceState.Lost && device.Running.Length > 0,
        FleetShow.Trouble => HasTrouble(device),
        FleetShow.Draining => device.State == DeviceState.Draining,
        _ => true,
    };
}
