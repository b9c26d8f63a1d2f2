using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>Several hosts on this machine: network namespaces on one switch. Needs root, iproute2 and nftables; without them a test skips and says why.</summary>
public sealed class NetworkLab : IAsyncDisposable
{
    /// <summary>Set to <c>required</c> (as <c>.ci/run</c> does), what would skip fails.</summary>
    public const string Variable = "EDGEMESH_MESH_TESTS";

    private static int s_count;
    private readonly string _name = $"em{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}";
    private readonly List<string> _namespaces = [];

    private NetworkLab()
    {
    }

    /// <summary>A switch without hosts.</summary>
    /// <param name="tools">Programs that the test needs besides.</param>
    public static async Task<NetworkLab> CreateAsync(params string[] tools)
    {
        var lab = new NetworkLab();
        if (await lab.ProblemAsync(["ip", "nft", .. tools]) is { } cause)
        {
            await lab.DisposeAsync();
            Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) == "required", cause);
            Assert.Fail(cause);
        }

        await LabTool.RunAsync("ip", "-n", lab._name, "link", "add", "switch", "type", "bridge");
        await LabTool.RunAsync("ip", "-n", lab._name, "link", "set", "switch", "up");
        return lab;
    }

    /// <summary>A host with one address, such as <c>10.77.0.2</c>, plugged in.</summary>
    public async Task<LabHost> AddHostAsync(string address)
    {
        var port = _namespaces.Count;
        var space = $"{_name}h{port}";
        await AddNamespaceAsync(space);
        await LabTool.RunAsync("ip", "-n", _name, "link", "add", $"port{port}", "type", "veth", "peer", "name", "lan0", "netns", space);
        await LabTool.RunAsync("ip", "-n", _name, "link", "set", $"port{port}", "master", "switch", "up");
        await LabTool.RunAsync("ip", "-n", space, "link", "set", "lo", "up");
        var host = new LabHost(space, _name, $"port{port}");
        await host.SetAddressAsync(address);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var space in _namespaces)
        {
            await LabTool.TryAsync("ip", "netns", "del", space);
        }
    }

    private async Task<string?> ProblemAsync(IEnumerable<string> tools)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "Network namespaces need root on Linux.";
        }

        var missing = tools.Where(t => !LabTool.Exists(t)).ToList();
        if (missing.Count > 0)
        {
            return $"Missing: {string.Join(", ", missing)} (Debian: apt-get install iproute2 nftables avahi-daemon avahi-utils dbus curl).";
        }

        try
        {
            await AddNamespaceAsync(_name);
            return null;
        }
        catch (InvalidOperationException e)
        {
            return $"No network namespaces here: {e.Message}";
        }
    }

    private async Task AddNamespaceAsync(string name)
    {
        await LabTool.RunAsync("ip", "netns", "add", name);
        _namespaces.Add(name);
    }
}
