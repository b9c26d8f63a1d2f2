using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>Dashboards announce themselves so that Debian's avahi and our own agent see them; nobody joins by that alone.</summary>
[Collection(MeshTests.Name)]
public sealed class DiscoveryTests
{
    // A system bus and an avahi of their own, in a mount namespace that hides the machine's.
    private const string Avahi =
        "unshare -m sh -c 'mount -t tmpfs tmpfs /run && mkdir -p /run/dbus && dbus-daemon --system --nopidfile && avahi-daemon --daemonize --no-drop-root --no-chroot --no-rlimits "
        + "&& timeout 20 avahi-browse -p -r -t _edgemesh._tcp; avahi-daemon --kill; kill $(pgrep -f \"^dbus-daemon --system --nopidfile\") 2>/dev/null; true'";

    [Fact]
    public async Task Dashboard_WithLanAccess_IsSeenByAvahiOverIPv4AndIPv6()
    {
        await using var mesh = await LabMesh.StartAsync("avahi-daemon", "avahi-browse", "dbus-daemon");
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        var seen = "";
        await Until.TrueAsync(
            "avahi to see the dashboard",
            async () =>
            {
                await using var browse = kitchen.Shell(Avahi);
                await Until.TrueAsync("avahi to end", () => browse.HasExited, LabMesh.Patience);
                await Until.TrueAsync("its output", () => browse.Output.Length > 0);
                seen = browse.Output;
                return seen.Contains("IPv4;Home\\032mesh", StringComparison.Ordinal) && seen.Contains("=;lan0;IPv6", StringComparison.Ordinal);
            },
            LabMesh.Patience);
        Assert.Contains("10.77.0.1;8443", seen, StringComparison.Ordinal);
        Assert.Matches("\"ca=[0-9a-f]{64}\"", seen);
        Assert.Matches("\"id=[a-z2-7]{20,}\"", seen);
    }

    [Fact]
    public async Task Agent_WithoutAnAddress_ListsWhatItFinds()
    {
        await using var mesh = await LabMesh.StartAsync();
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        var listed = "";
        await Until.TrueAsync(
            "the agent to find the dashboard",
            async () =>
            {
                await using var join = kitchen.Start(BuiltPrograms.Agent, ["join", "--data", mesh["kitchen"]]);
                await Until.TrueAsync("it to end", () => join.HasExited, LabMesh.Patience);
                await Until.TrueAsync("its output", () => join.Output.Length > 0);
                listed = join.Output;
                return join.ExitCode == 0;
            },
            LabMesh.Patience);
        Assert.Contains("Home mesh on", listed, StringComparison.Ordinal);
        Assert.Contains("https://10.77.0.1:8443", listed, StringComparison.Ordinal);
        Assert.Empty(await mesh.Dashboard.DevicesAsync());
    }
}
