using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Worker.Sandbox;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>What the device page says of what holds the agent and its models, and of what does not.</summary>
public sealed class ConfinementFactTests
{
    private const string Status = "Name:\tedgemesh-agent\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n";
    private const string Closed = "25 1 8:1 / / ro,relatime shared:1 - ext4 /dev/sda1 rw\n30 25 0:30 / /home ro,nosuid - tmpfs tmpfs ro\n"
        + "31 25 8:1 /tmp/systemd-private-1-edgemesh-agent.service-x/tmp /tmp rw shared:9 - ext4 /dev/sda1 rw\n";

    private const string Open = "25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n30 25 0:30 / /tmp rw - tmpfs tmpfs rw\n";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "0::/system.slice/edgemesh-agent.service\n", Status, Closed, "a service of the machine (edgemesh-agent.service)",
        "new privileges, capabilities, writing to the system, home folders, the /tmp of others", "nothing of these")]
    [InlineData(
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/edgemesh-agent.service\n", Status, Open, "a service of one user (edgemesh-agent.service)", "new privileges, capabilities",
        "writing to the system, home folders, the /tmp of others. A service that root installs closes them (sudo edgemesh-agent service install)")]
    [InlineData(
        "0::/user.slice/user-1000.slice/session-1.scope\n", "CapEff:\t000001ffffffffff\nNoNewPrivs:\t0\n", Open, "no service of systemd", "nothing",
        "new privileges, capabilities, writing to the system, home folders, the /tmp of others. A service that root installs closes them (sudo edgemesh-agent service install)")]
    public async Task Service_OnLinux_IsWhatTheKernelSays(string cgroup, string status, string mounts, string started, string closed, string open)
    {
        var host = new FixtureHost().WithFile("/proc/self/cgroup", cgroup).WithFile("/proc/self/status", status).WithFile("/proc/self/mountinfo", mounts);
        Assert.Equal(
            [("Agent started as", started), ("Closed to the agent", closed), ("Open to the agent", open)],
            (await FactsAsync(host, new ServiceFingerprint())).Select(f => (f.Name, f.Value)));
    }

    [Theory]
    [InlineData(HostPlatform.Windows, "started by hand: all that its user may")]
    [InlineData(HostPlatform.MacOs, "all that its user may; a service that root installed may do everything")]
    public async Task Service_Elsewhere_SaysPlainlyWhatIsOpen(HostPlatform platform, string open)
    {
        FixtureHost host = new();
        host.Runtime = host.Runtime with { Platform = platform };
        Assert.Equal(open, (await FactsAsync(host, new ServiceFingerprint())).Single(f => f.Name == "Open to the agent").Value);
    }

    [Fact]
    public async Task Drivers_OfThisMachine_AreNamedByEngine()
    {
        var host = Sandboxed().Node("/dev/nvidia0").Node("/dev/nvidiactl").Node("/dev/dri").Node("/dev/sda").Node("/dev/mem");
        var facts = await FactsAsync(host, new RuntimeFingerprint());
        Assert.Equal(
            [
                ("Sandbox allows CUDA", "/dev/nvidia0, /dev/nvidiactl"), ("Sandbox allows OpenVINO", "/dev/dri"),
                ("Sandbox lets drivers read", "/proc/driver, /proc/devices, /sys/bus, /sys/class, /sys/devices, /opt, /usr/share"),
            ],
            facts.Where(f => f.Name.StartsWith("Sandbox ", StringComparison.Ordinal)).Select(f => (f.Name, f.Value)));
    }

    [Fact]
    public async Task Drivers_NoneHere_SaysSo()
    {
        var facts = await FactsAsync(Sandboxed().Node("/dev/sda"), new RuntimeFingerprint());
        Assert.Equal("nothing: /dev has no files of CUDA, OpenVINO, QNN", facts.Single(f => f.Name == "Sandbox allows drivers").Value);
    }

    // What the page names is what a worker gets.
    [Theory]
    [InlineData("CUDAExecutionProvider")]
    [InlineData("QNNExecutionProvider")]
    [InlineData("OpenVINOExecutionProvider")]
    public void Drivers_ShownAndAllowed_AreTheSame(string provider)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Device files are Linux's.");
        var shown = DriverFiles.Describe([.. Directory.EnumerateFileSystemEntries("/dev").Select(e => Path.GetFileName(e))]).ToDictionary(f => f.Name, f => f.Value);
        Assert.Equal(string.Join(", ", DriverFiles.Of(provider)), shown.GetValueOrDefault($"Sandbox allows {provider.Replace("ExecutionProvider", "", StringComparison.Ordinal)}", ""));
        Assert.Empty(DriverFiles.Of("CPUExecutionProvider"));
    }

    [Theory]
    [InlineData("Windows")]
    [InlineData("macOS")]
    public void Sandbox_WhereThereIsNone_SaysPlainlyWhatAModelMay(string system)
    {
        var words = SandboxSupport.NotOn(system);
        Assert.StartsWith($"Not sandboxed on {system}: ", words, StringComparison.Ordinal);
        Assert.Contains("may read, write, connect and start programs as the agent's user may", words, StringComparison.Ordinal);
        Assert.Equal(words, ProfileDraft.Clean(words));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(3, false)]
    [InlineData(7, false)]
    [InlineData(7, true)]
    public void Sandbox_OnLinux_IsNotCutShort(int landlock, bool seccomp) => Assert.Equal(SandboxSupport.Describe(landlock, seccomp), ProfileDraft.Clean(SandboxSupport.Describe(landlock, seccomp)));

    private static FixtureHost Sandboxed()
    {
        FixtureHost host = new();
        host.Runtime = host.Runtime with { Sandbox = "Models may read only models" };
        return host;
    }

    private static async Task<IReadOnlyList<HardwareFact>> FactsAsync(FixtureHost host, IFingerprint fingerprint) => (await host.DraftAsync(fingerprint, Test)).Build("x64", "1").Facts;
}
