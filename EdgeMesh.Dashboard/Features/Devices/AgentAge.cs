using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>Whether a device's agent is of another version than this dashboard; pure. Agents of the same protocol work whatever their version.</summary>
internal static class AgentAge
{
    /// <summary>What to know and do about it; null when it is the same, or not known.</summary>
    public static string? Note(DeviceProfile? profile, string dashboard)
    {
        if (profile is not { AgentVersion: { Length: > 0 } said } || Read(said) is not { } agent || Read(dashboard) is not { } own || agent == own)
        {
            return null;
        }

        return agent < own
            ? $"Its agent is version {agent}, older than this dashboard ({own}). It works; to update it, run the line from \"Add a device\" on it again: it stays the same device."
            : $"Its agent is version {agent}, newer than this dashboard ({own}). It works; update the dashboard when you can.";
    }

    private static Version? Read(string text) => Version.TryParse(text.Split('+', '-')[0], out var version) ? version : null;
}
