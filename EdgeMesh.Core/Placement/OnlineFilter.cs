using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Placement;

/// <summary>Only an online device takes new work.</summary>
public sealed class OnlineFilter : IPlacementFilter
{
    public string Name => "online";

    public string? Reject(DeviceSnapshot device, FilterContext context) => device.State switch
    {
        DeviceState.Online => null,
        DeviceState.Draining => "Draining: it finishes what it has. Resume it to give it work.",
        DeviceState.Suspect => $"It does not answer, last seen {Seen(device, context)}. It takes no new work until it answers.",
        _ => $"Lost, last seen {Seen(device, context)}. Start its agent, or check its power and network.",
    };

    private static string Seen(DeviceSnapshot device, FilterContext context) => device.LastSeen is not { } at ? "never" : (context.Plan.Now - at) switch
    {
        { TotalSeconds: < 90 } age => $"{(long)Math.Round(Math.Max(0, age.TotalSeconds))} s ago",
        { TotalMinutes: < 90 } age => $"{(long)Math.Round(age.TotalMinutes)} min ago",
        { TotalHours: < 48 } age => $"{(long)Math.Round(age.TotalHours)} h ago",
        var age => $"{(long)Math.Round(age.TotalDays)} days ago",
    };
}
