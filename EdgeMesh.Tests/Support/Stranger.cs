using EdgeMesh.Tests.Mesh;

namespace EdgeMesh.Tests.Support;

/// <summary>Another user of this machine, without any right: uid 65534.</summary>
public static class Stranger
{
    /// <summary>What becomes that user and runs the command that follows.</summary>
    public static ImmutableArray<string> Become { get; } = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];

    /// <summary>Skips, saying why, where nobody can be another user; as root on Linux it never does.</summary>
    public static void Required() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && LabTool.Exists("setpriv") && LabTool.Exists("curl"), "Needs root on Linux, setpriv and curl.");

    /// <summary>Runs a command as that user.</summary>
    public static Task<(int Code, string Output)> RunAsync(params string[] command) => LabTool.TryAsync([.. Become, .. command]);

    /// <summary>What that user gets from a listener: exit code 7 of curl is "could not connect".</summary>
    public static Task<(int Code, string Output)> KnockAsync(OpenSockets.Listener listener, string path = "/") => RunAsync(
        ["curl", "-s", "-m", "5", "-o", "-", "-w", "\n%{http_code}",
            .. listener.Kind switch
            {
                "unix" => (string[])["--unix-socket", listener.Address, "http://localhost" + path],
                "abstract" => ["--abstract-unix-socket", listener.Address, "http://localhost" + path],
                "udp" => throw new ArgumentException("Datagrams have no connection to knock with."),
                _ => [$"http://{listener.Address}{path}"],
            }]);
}
