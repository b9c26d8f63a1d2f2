using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What a device's page warns of: two of one identity, in words. Pure.</summary>
internal static class DeviceWarnings
{
    /// <param name="first">Where the agent is that is linked.</param>
    /// <param name="second">Where the other one dialled from.</param>
    public static string TwoAgents(LinkPlace first, string second) =>
        $"Two agents have the same key: one at {(first.Address.Length == 0 ? "this dashboard" : first.Address)}, linked since {first.Since:yyyy-MM-dd HH:mm} UTC, and one at {second}, refused just now. Are both yours? Then a data directory was copied: give one its own --data DIR. If not, the key was stolen: forget this device and join it with a new data directory.";

    /// <summary>Null when the device hears no other start of this dashboard.</summary>
    public static string? Of(string device, OtherStart other) => other switch
    {
        OtherStart.Older => $"{device} is given orders by an older start of this dashboard as well: a copy of its data directory runs elsewhere. Stop one of the two.",
        OtherStart.Newer => NewerStart(device),
        _ => null,
    };

    /// <summary>Why a device refuses this dashboard's orders.</summary>
    public static string NewerStart(string device) => $"{device} takes orders of a newer start of this dashboard: a copy of its data directory runs elsewhere. Stop one of the two.";
}
