using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>Why a device is offline, as far as the dashboard can know: one cause from how its link ended and what it said last, and what to do. Pure.</summary>
/// <param name="Cause">What most likely happened.</param>
/// <param name="Remedy">What to do, in this order.</param>
public sealed record WhyOffline(string Cause, string Remedy)
{
    private const double BatteryLow = 10;
    private const string Doctor = "If it stays away, run on the device: edgemesh-agent doctor. It names the cause and its fix.";

    /// <summary>Null for a device that is there.</summary>
    public static WhyOffline? Of(DeviceSnapshot device, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.State is not (DeviceState.Lost or DeviceState.Suspect) ? null : device switch
        {
            { LastSeen: null } => new("It joined, and has not been online since.", $"Start the agent on it: edgemesh-agent service install. {Doctor}"),
            { LinkEnd: null } => new(
                $"It has not come back since this dashboard started; it was last seen {Format.Ago(device.LastSeen, now)}.",
                $"Is it switched on, and does its agent run (edgemesh-agent status)? If this dashboard has a new address since, join it again with the line from \"Add a device\". {Doctor}"),
            { LinkEnd: LinkEnd.Silent, Telemetry: { Charging: false, BatteryPercent: { } battery } } when battery <= BatteryLow => new(
                $"Its battery was at {battery:0} % when it fell silent {Format.Ago(device.LastSeen, now)}: probably it is empty.", "Charge it and switch it on; it comes back by itself."),
            { LinkEnd: LinkEnd.Silent, Profile: { } profile } when IsAndroid(profile) => new(
                $"It fell silent {Format.Ago(device.LastSeen, now)}. Android puts apps to sleep when its screen is off.",
                $"On the phone: keep Termux's wake lock (termux-wake-lock), switch off battery optimisation for Termux, start the agent with Termux:Boot. {Doctor}"),
            { LinkEnd: LinkEnd.Silent } => new(
                $"It fell silent {Format.Ago(device.LastSeen, now)} without closing its connection: it sleeps, has no power, or has left the network.",
                $"Wake it and look at its network. It comes back by itself, even with another address. {Doctor}"),
            _ => new(
                $"Its connection was closed {Format.Ago(device.LastSeen, now)}: the agent was stopped, or the device was shut down.",
                $"Start it. So that it starts by itself after a restart: edgemesh-agent service install. {Doctor}"),
        };
    }

    private static bool IsAndroid(DeviceProfile profile) => profile.FormFactor == FormFactor.Phone || profile.Os.Contains("Android", StringComparison.OrdinalIgnoreCase);
}
