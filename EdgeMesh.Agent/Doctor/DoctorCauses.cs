using System.Net.Sockets;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Doctor;

/// <summary>Every cause that the doctor can name, with what to do about it.</summary>
public static class DoctorCauses
{
    public const string TermuxRisk =
        "Android may end programs that run long. Keep the wake lock (termux-wake-lock), switch off battery optimisation for Termux, and start it with Termux:Boot (edgemesh-agent service install)";

    public static readonly Problem DuplicateIdentity = new(
        "duplicate_identity", "Two devices have this identity.", "Another machine with a copy of this data directory is linked; two devices never share an identity.",
        "On one of the two: stop the agent, delete its data directory and join again with a new token.");

    public static readonly Problem AgentStopped = new(
        "agent_stopped", "The agent does not run.", "All is well on the way to the dashboard, but no agent runs with this data directory.", "Start it: edgemesh-agent service install, or edgemesh-agent run.");

    public static Problem NotJoined(string seen) => new(
        "not_joined", "This device has not joined.", $"Nothing here says which dashboard to use. {seen}", "Join with the line from \"Add a device\": edgemesh-agent join -");

    public static Problem NameUnknown(string host) => new(
        "name_unknown", "The name is not known.", $"No name server here knows {host}.", "Check the spelling; names end in .local only where multicast works. Or give the dashboard's address in numbers: --orchestrator https://ADDRESS:8443.");

    public static Problem ProxyRefuses(ProxyFact proxy, Uri address) => new(
        "proxy_refuses", "The proxy is in the way.",
        proxy.Status == 0 ? $"The proxy {proxy.Proxy.Authority} (HTTPS_PROXY) does not answer." : $"The proxy {proxy.Proxy.Authority} (HTTPS_PROXY) refuses connections to {address.Authority} with {proxy.Status}.",
        $"Let the proxy allow CONNECT to {address.Authority}, or go around it: NO_PROXY={address.Host}.");

    public static Problem NoTcp(SocketError error, Uri address) => error switch
    {
        SocketError.ConnectionRefused => new(
            "nothing_listens", "Nothing listens there.", $"{address.Host} is there, but nothing listens on port {address.Port}.",
            address.IsLoopback ? "Start the dashboard, or check the port." : "Check the port (8443 unless --lan-port says otherwise), that the dashboard runs, and that LAN access is on (Settings, or --lan)."),
        _ => new(
            "unreachable", "It cannot be reached.", $"{address.Host} does not answer on port {address.Port} ({error}).",
            "Are both in the same network, and is the dashboard's machine on? Guest networks keep devices apart; the dashboard's firewall must let port 8443 in."),
    };

    public static Problem NotTls(Uri address) => new(
        "not_tls", "No TLS there.", $"What listens at {address.Authority} does not speak TLS.", "Is it the right port? The dashboard speaks TLS on its LAN port (8443), plain HTTP only on its own computer.");

    public static Problem NotADashboard(Uri address) => new(
        "not_a_dashboard", "No dashboard there.", $"{address.Authority} answers, but not as an EdgeMesh dashboard.", "Check the address and the port.");

    public static Problem ForeignAuthority(Uri address) => new(
        "foreign_authority", "Another mesh answers there.", $"The dashboard at {address.Authority} does not have the certificate authority that this device was told to trust.",
        "Is it another dashboard, or was its data directory made anew? Then join it with a new token. If not, somebody is in between.");

    public static Problem ClockSkew(TimeSpan ahead) => new(
        "clock_skew", "The clocks differ.", $"This device's clock is {Words(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the dashboard's.",
        "Set the clock (switch on automatic time) on the one that is wrong; certificates are good for hours only.");

    public static Problem ServerCertificateTime(bool tooEarly) => new(
        "clock_skew", "The certificate's time does not fit.", $"The dashboard's certificate is {(tooEarly ? "not valid yet" : "not valid any more")} by this device's clock.", "Check the clock of this device and of the dashboard.");

    public static Problem Version(int theirs) => new(
        "version_mismatch", "The versions do not fit.", $"The dashboard speaks protocol {theirs}, this agent {LinkProtocol.Version}.",
        theirs > LinkProtocol.Version ? "Update this agent: run the line from \"Add a device\" again." : "Update the dashboard.");

    public static Problem WebSocketBlocked(Uri address, Uri? proxy) => new(
        "websocket_blocked", "The link is blocked on the way.", $"{address.Authority} answers, but no WebSocket opens{(proxy is null ? "" : $" through the proxy {proxy.Authority}")}.",
        "Something between (a proxy, a filter, a reverse proxy) drops WebSocket upgrades: allow them for /agent/link, or go around it (NO_PROXY).");

    public static Problem NotLinkedYet(string? says) => new(
        "not_linked", "The agent is not online.", says ?? "The agent runs but has no link to the dashboard.", "It tries again by itself. If it does not get through, stop it and run edgemesh-agent doctor again.");

    private static string Words(TimeSpan time) => time.TotalHours < 2 ? $"{time.TotalMinutes:0} minutes" : time.TotalDays < 2 ? $"{time.TotalHours:0} hours" : $"{time.TotalDays:0} days";
}
