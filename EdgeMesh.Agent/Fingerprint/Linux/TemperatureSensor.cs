using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>The file that tells the processor's temperature, in thousandths of a degree Celsius.</summary>
public sealed record TemperatureSensor(string Name, string Path)
{
    // Of the processor; best first. Device trees name their zones freely ("cpu0-thermal", "cpuss0-thermal", "soc-thermal").
    private static readonly string[] Zones = ["x86_pkg_temp", "cpu", "soc", "tsens", "apss", "acpitz"];

    private static readonly string[] Chips = ["coretemp", "k10temp", "zenpower", "cpu_thermal", "soc_thermal", "macsmc_hwmon"];

    /// <summary>The best sensor that gives a plausible reading now; null when there is none.</summary>
    public static TemperatureSensor? Find(IDeviceHost host)
    {
        var chips = host.List("/sys/class/hwmon").Select(n => $"/sys/class/hwmon/{n}")
            .Select(d => new TemperatureSensor(host.ReadLine($"{d}/name") ?? "", $"{d}/temp1_input"))
            .Where(s => Array.IndexOf(Chips, s.Name) >= 0);
        var zones = host.List("/sys/class/thermal").Where(n => n.StartsWith("thermal_zone", StringComparison.Ordinal)).Select(n => $"/sys/class/thermal/{n}")
            .Select(d => new TemperatureSensor(host.ReadLine($"{d}/type") ?? "", $"{d}/temp"))
            .Select(s => (Sensor: s, Rank: Array.FindIndex(Zones, z => s.Name.StartsWith(z, StringComparison.OrdinalIgnoreCase))))
            .Where(s => s.Rank >= 0).OrderBy(s => s.Rank).ThenBy(s => s.Sensor.Name, StringComparer.Ordinal).Select(s => s.Sensor);
        return chips.Concat(zones).FirstOrDefault(s => s.Read(host) is not null);
    }

    /// <summary>Degrees Celsius; null when it cannot be read or is not plausible for a processor (0 exactly, below −40 or above 150).</summary>
    public double? Read(IDeviceHost host) =>
        host.ReadNumber(Path) is { } milli && milli != 0 && milli is > -40_000 and < 150_000 ? milli / 1000.0 : null;
}
