using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>How a device looks, the same on every page: its glyph, its state in a word, its badges.</summary>
public static class DeviceLook
{
    /// <summary>NPU first, as on every card.</summary>
    private static readonly AcceleratorKind[] Order = [AcceleratorKind.NPU, AcceleratorKind.GPU, AcceleratorKind.CPU];

    /// <summary>The icon of its form.</summary>
    public static string Icon(DeviceSnapshot device) => device.Profile?.FormFactor switch
    {
        FormFactor.Laptop => "laptop",
        FormFactor.Phone => "phone",
        FormFactor.Board => "board",
        FormFactor.Server => "server",
        FormFactor.VirtualMachine => "machine",
        _ => "screen",
    };

    /// <summary>CSS class, glyph and word of its state.</summary>
    public static (string Class, string Glyph, string Word) State(DeviceSnapshot device) => device.State switch
    {
        DeviceState.Online when device.Running.Length > 0 => ("st-ok", "busy", "Busy"),
        DeviceState.Online => ("st-ok", "idle", "Idle"),
        DeviceState.Suspect => ("st-warn", "suspect", "Suspect"),
        DeviceState.Draining => ("st-info", "drain", "Draining"),
        DeviceState.Forgotten => ("st-mute", "none", "Forgotten"),
        _ => ("st-danger", "lost", "Lost"),
    };

    /// <summary>Whether its figures are of the past.</summary>
    public static bool IsOff(DeviceSnapshot device) => device.State is DeviceState.Lost or DeviceState.Forgotten;

    /// <summary>What it is, in a line: product or processor, then system.</summary>
    public static string Subtitle(DeviceSnapshot device) => device.Profile is { } p
        ? string.Join(" · ", new[] { p.Machine.Length > 0 ? p.Machine : p.CpuModel, p.Os }.Where(s => s.Length > 0))
        : "Has not been online since it joined";

    /// <summary>The icon of its link.</summary>
    public static string LinkIcon(LinkKind link) => link switch
    {
        LinkKind.Direct => "direct",
        LinkKind.Embedded => "embedded",
        _ => "tunnel",
    };

    /// <summary>How it is reached, in words.</summary>
    public static string ExplainLink(LinkKind link) => link switch
    {
        LinkKind.Direct => "Direct: this dashboard calls the device itself, which is faster now.",
        LinkKind.Embedded => "Embedded: it runs inside this dashboard.",
        _ => "Tunnel: the device keeps one connection to this dashboard open, so that it needs no open port.",
    };

    /// <summary>One badge for each kind: the best of what was found of it, and how many there are.</summary>
    public static IEnumerable<(Accelerator Best, int Count)> Badges(DeviceProfile? profile) => profile is null ? [] : Order
        .Select(kind => profile.Accelerators.Where(a => a.Kind == kind).OrderByDescending(a => a.Status).ToList())
        .Where(found => found.Count > 0)
        .Select(found => (found[0], found.Count));

    /// <summary>Power in words; null when the device does not say.</summary>
    public static string? Power(Telemetry telemetry) => telemetry switch
    {
        { BatteryPercent: { } b, Charging: true } => $"{b} %, charging",
        { BatteryPercent: { } b, Charging: false } => $"{b} %, on battery",
        { BatteryPercent: { } b } => $"{b} %",
        { Charging: true } => "Mains",
        _ => null,
    };
}
