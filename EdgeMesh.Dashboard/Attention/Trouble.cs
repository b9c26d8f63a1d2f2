using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Attention;

/// <summary>What kind of trouble it is, worst first.</summary>
public enum TroubleKind
{
    Lost,
    Suspect,
    Claimed,
    EngineDown,
}

/// <summary>One device has one trouble.</summary>
/// <param name="Key">Tells this occurrence from every other: the same trouble that comes anew has another one, or the same after it was gone.</param>
/// <param name="Subject">The engine, or empty.</param>
/// <param name="Cause">In words; two devices with the same cause are one matter for a person.</param>
public sealed record Trouble(string Key, TroubleKind Kind, DeviceSnapshot Device, string Subject, string Cause)
{
    /// <summary>Everything that is wrong in the fleet; empty when nothing is. Pure.</summary>
    public static ImmutableArray<Trouble> Of(FleetSnapshot fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return [.. fleet.Devices.SelectMany(Of)];
    }

    private static IEnumerable<Trouble> Of(DeviceSnapshot device) => device.State switch
    {
        DeviceState.Lost => [new Trouble(Occurrence(device, "lost", device.LastSeen), TroubleKind.Lost, device, "", device.StateReason ?? "")],
        DeviceState.Suspect => [new Trouble(Occurrence(device, "suspect", device.LastSeen), TroubleKind.Suspect, device, "", device.StateReason ?? "")],
        DeviceState.Forgotten => [],
        _ =>
        [
            .. device.Warning is { } warning ? [new Trouble($"claimed {device.Id} {warning}", TroubleKind.Claimed, device, "", warning)] : Array.Empty<Trouble>(),
            .. device.Runtimes.Where(r => r.State == RuntimeState.Down)
                .Select(r => new Trouble($"down {device.Id} {r.Id} {r.Reason}", TroubleKind.EngineDown, device, r.Name, r.Reason ?? "")),
        ],
    };

    private static string Occurrence(DeviceSnapshot device, string what, DateTimeOffset? since) => $"{what} {device.Id} {since?.ToUnixTimeMilliseconds()}";
}
