namespace EdgeMesh.Agent.Enrolment;

/// <summary>Where a dashboard may be dialled: https anywhere, http on this computer only.</summary>
public static class OrchestratorAddress
{
    /// <summary>Reads an address; the problem is in words.</summary>
    public static (Uri? Address, string? Problem) Read(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0
            ? (null, "give an address such as http://localhost:8080 or https://192.168.1.20:8443.")
            : address is { Scheme: "http", IsLoopback: false }
                ? (null, "plain HTTP is for this computer only. Over the network it must be TLS: switch on LAN access on the dashboard (--lan, or in Settings) and give its https address.")
                : (address, null);
}
