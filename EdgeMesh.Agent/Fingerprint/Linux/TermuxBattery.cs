using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>The battery of a phone as Termux:API tells it, where Android hides sysfs from apps.</summary>
public static class TermuxBattery
{
    public const string Program = "termux-battery-status";

    // Without the Termux:API app the program waits forever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>The reading; null when Termux:API is not installed or does not answer.</summary>
    public static async Task<BatteryReading?> ReadAsync(IDeviceHost host, CancellationToken cancellationToken) =>
        await host.RunAsync(Program, [], Patience, cancellationToken) is { } output ? Parse(output) : null;

    /// <summary>Reads its JSON; null when it is something else.</summary>
    public static BatteryReading? Parse(string output)
    {
        using var document = Json.TryParse(output);
        if (document is null || Json.Number(document.RootElement, "percentage") is not (>= 0 and <= 100 and var percent))
            return null;
        bool? charging = Json.Text(document.RootElement, "status") switch
        {
            "CHARGING" or "FULL" => true,
            "DISCHARGING" => false,
            _ => Json.Text(document.RootElement, "plugged") switch { null => null, "UNPLUGGED" => false, _ => true },
        };
        return new BatteryReading((int)percent, charging);
    }
}
