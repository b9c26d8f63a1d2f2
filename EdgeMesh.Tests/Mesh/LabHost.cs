using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EdgeMesh.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace EdgeMesh.Tests.Mesh;

/// <summary>One machine of a <see cref="NetworkLab"/>.</summary>
public sealed partial class LabHost(string space, string switchSpace, string port)
{
    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET

    /// <summary>What starts a program on this host.</summary>
    public ImmutableArray<string> Prefix { get; private set; } = ["ip", "netns", "exec", space];

    /// <summary>Its IPv4 address now.</summary>
    public string Address { get; private set; } = "";

    public ChildProcess Start(string dll, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        ChildProcess.Start(dll, arguments, environment, Prefix);

    /// <summary>Runs a shell line on this host until it ends.</summary>
    public ChildProcess Shell(string line, IReadOnlyDictionary<string, string>? environment = null) => ChildProcess.StartProgram([.. Prefix, "sh", "-c", line], environment);

    /// <summary>Takes another address, as from another DHCP lease; the old one is gone.</summary>
    public async Task SetAddressAsync(string address)
    {
        await LabTool.RunAsync("ip", "-n", space, "address", "flush", "dev", "lan0");
        await LabTool.RunAsync("ip", "-n", space, "link", "set", "lan0", "up");
        await LabTool.RunAsync("ip", "-n", space, "address", "add", address + "/24", "dev", "lan0");
        await LabTool.RunAsync("ip", "-n", space, "route", "replace", "default", "dev", "lan0");
        Address = address;
    }

    /// <summary>Power off: every process of this host ends without a goodbye.</summary>
    public async Task PowerOffAsync()
    {
        foreach (var process in (await LabTool.RunAsync("ip", "netns", "pids", space)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await LabTool.TryAsync("kill", "-9", process.Trim());
        }
    }

    /// <summary>The cable is out: frames get lost, connections hear nothing of it.</summary>
    public Task UnplugAsync() => LabTool.RunAsync("ip", "-n", switchSpace, "link", "set", port, "down");

    public Task PlugInAsync() => LabTool.RunAsync("ip", "-n", switchSpace, "link", "set", port, "up");

    /// <summary>A firewall that lets nobody in: only answers to what this host began.</summary>
    public Task DropInboundAsync() => FilterAsync("ct state established,related accept; iifname \"lo\" accept; drop");

    /// <summary>Loses this share of the packets that come in.</summary>
    public Task LoseAsync(int percent) => FilterAsync($"iifname \"lan0\" numgen random mod 100 < {percent} drop");

    /// <summary>Connects as a program on this host would.</summary>
    public async Task<NetworkStream> ConnectAsync(DnsEndPoint to, CancellationToken cancellationToken)
    {
        var socket = Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(to.Host == "localhost" ? "127.0.0.1" : to.Host), to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Makes something on this host: a socket belongs for ever to the network it was made in.</summary>
    public T Inside<T>(Func<T> make)
    {
        T? made = default;
        Exception? failure = null;

        // A thread of its own, as it never leaves the namespace again.
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{space}");
                made = Enter(file, NetworkNamespace) == 0 ? make() : throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeError()}");
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw new InvalidOperationException(failure.Message, failure);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Enter(SafeFileHandle space, int kind);

    /// <summary>Programs that are started from now on look names up at a server of this host (port 53 of 127.0.0.1) and nowhere else.</summary>
    /// <param name="file">Where their resolv.conf is kept.</param>
    public void LookUpHere(string file)
    {
        File.WriteAllText(file, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");

        // A program on a host has a mount namespace of its own.
        Prefix = [.. Prefix, "sh", "-c", $"mount --bind {file} /etc/resolv.conf && exec \"$@\"", "sh"];
    }

    /// <summary>Counts the TCP and UDP packets that leave this host for another one, from now on.</summary>
    public Task CountOutgoingAsync() => LabTool.RunAsync([.. Prefix[..4], "nft",
        "add table inet lab; add chain inet lab outbound { type filter hook output priority 0; }; add rule inet lab outbound oifname != \"lo\" meta l4proto { tcp, udp } counter"]);

    /// <summary>How many those were.</summary>
    public async Task<long> OutgoingAsync()
    {
        var rules = await LabTool.RunAsync([.. Prefix[..4], "nft", "list", "chain", "inet", "lab", "outbound"]);
        return long.Parse(System.Text.RegularExpressions.Regex.Match(rules, @"counter packets (\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task FilterAsync(string rules) =>
        LabTool.RunAsync([.. Prefix, "nft", $"add table inet lab; flush table inet lab; add chain inet lab inbound {{ type filter hook input priority 0; }}; "
            + string.Concat(rules.Split("; ").Select(r => $"add rule inet lab inbound {r}; "))]);
}
