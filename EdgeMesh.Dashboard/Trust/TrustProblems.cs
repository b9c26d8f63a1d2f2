namespace EdgeMesh.Dashboard.Trust;

/// <summary>Why somebody is not trusted, in words.</summary>
internal static class TrustProblems
{
    public static readonly Problem CertificateMissing = new(
        "certificate_missing", "No certificate.", "Over the network a device proves itself with its certificate, and this one showed none.", "Start the agent again; it gets one by itself.");

    public static readonly Problem CertificateExpired = new(
        "certificate_expired", "The certificate has ended.", "The device's certificate is not valid at this time.", "The agent renews it by itself.");

    public static readonly Problem CertificateForeign = new(
        "certificate_foreign", "A certificate of another mesh.", "The device's certificate was not issued by this dashboard's CA.", "Join this mesh with a new token from \"Add a device\".");

    public static readonly Problem CertificateOfAnother = new(
        "certificate_mismatch", "The certificate is of another key.", "The device proved a key that is not the one in its certificate.", "Start the agent again. If it happens again, give it its own --data DIR.");

    public static Problem PortTaken(int port) => new(
        "lan_port_taken", $"Port {port} is taken.", "Another program of this machine listens there.", "Start the dashboard with --lan-port and another port, or stop that program.");

    public static Problem PortDenied(int port) => new(
        "lan_port_denied", $"Port {port} may not be used.", "The system does not let this user listen there.", "Start the dashboard with --lan-port and a port above 1024.");

    public static readonly Problem LanFixed = new(
        "lan_fixed", "The command line decides.", "The dashboard was started with --lan, or its configuration says EdgeMesh:Lan:Enabled.", "Start it without that to switch here.");
}
