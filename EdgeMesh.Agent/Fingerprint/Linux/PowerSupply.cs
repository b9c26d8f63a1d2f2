using System.Collections.Immutable;
using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Batteries that power the machine itself (not a mouse) and its mains, by <c>/sys/class/power_supply</c>.</summary>
public sealed record PowerSupply(string? Battery, ImmutableArray<string> Mains)
{
    private const string Root = "/sys/class/power_supply";

    /// <summary>Which supplies there are; cheap enough to repeat when a reading fails.</summary>
    public static PowerSupply Find(IDeviceHost host)
    {
        var supplies = host.List(Root).Select(n => (Path: $"{Root}/{n}", Type: host.ReadLine($"{Root}/{n}/type"), Scope: host.ReadLine($"{Root}/{n}/scope")))
            .Where(s => s.Scope != "Device").ToArray();
        var battery = supplies.FirstOrDefault(s => s.Type == "Battery" && host.ReadLine($"{s.Path}/present") != "0").Path;
        return new PowerSupply(battery, [.. supplies.Where(s => s.Type is "Mains" or "USB").Select(s => s.Path)]);
    }

    /// <summary>The battery now; null without one or when it does not tell its charge.</summary>
    public BatteryReading? Read(IDeviceHost host)
    {
        if (Battery is null || Percent(host) is not { } percent)
            return null;
        return new BatteryReading(percent, Charging(host));
    }

    private int? Percent(IDeviceHost host)
    {
        if (host.ReadNumber($"{Battery}/capacity") is >= 0 and <= 100 and var capacity)
            return (int)capacity;
        foreach (var unit in new[] { "energy", "charge" })
        {
            if (host.ReadNumber($"{Battery}/{unit}_now") is >= 0 and var now && host.ReadNumber($"{Battery}/{unit}_full") is > 0 and var full)
                return (int)Math.Clamp(now * 100.0 / full, 0, 100);
        }

        return null;
    }

    private bool? Charging(IDeviceHost host)
    {
        switch (host.ReadLine($"{Battery}/status"))
        {
            case "Charging" or "Full":
                return true;
            case "Discharging":
                return false;
            default:
                // "Not charging" (held below full) and "Unknown" leave the word to the mains.
                var online = Mains.Select(m => host.ReadNumber($"{m}/online")).Where(o => o is not null).ToArray();
                return online.Length == 0 ? null : online.Any(o => o > 0);
        }
    }
}
