using System.Diagnostics;
using System.Xml.Linq;
using EdgeMesh.Agent.Service;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Service;

public sealed class ServicePlansTests
{
    private static readonly ServiceSpec Spec = new(["/opt/edgemesh/agent/edgemesh-agent"], "/home/ada/my data/50%", "/home/ada", "ada", 1000);

    [Fact]
    public void Systemd_ForOneUser_LingersAndQuotesWhatSystemdExpands()
    {
        var plan = ServicePlans.For(ServiceKind.SystemdUser, Spec)!;
        var unit = Assert.Single(plan.Files);
        Assert.Equal("/home/ada/.config/systemd/user/edgemesh-agent.service", unit.Path);
        Assert.Contains("ExecStart=/opt/edgemesh/agent/edgemesh-agent run --data \"/home/ada/my data/50%%\"\n", unit.Text, StringComparison.Ordinal);
        Assert.Contains("Restart=always", unit.Text, StringComparison.Ordinal);
        Assert.Contains(plan.Install, s => s.ToString() == "loginctl enable-linger ada");
        Assert.All(plan.Install.Where(s => s.Command[0] == "systemctl"), s => Assert.Equal("--user", s.Command[1]));
    }

    [Theory]
    [InlineData(ServiceKind.SystemdSystem)]
    [InlineData(ServiceKind.SystemdUser)]
    public async Task Systemd_Unit_IsAcceptedBySystemd(ServiceKind kind)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "This machine has no systemd-analyze.");
        using var directory = new TemporaryDirectory();

        // A program that exists, or systemd says that it does not.
        var plan = ServicePlans.For(kind, Spec with { Program = ["/usr/bin/env"] })!;
        var path = directory["edgemesh-agent.service"];
        await File.WriteAllTextAsync(path, plan.Files[0].Text, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", "--man=no", path]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var verify = Process.Start(start)!;
        var output = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("edgemesh-agent.service", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Systemd_ForOneUser_HasAllThatWorksWithoutRoot_AndNothingThatWouldKeepItFromStarting()
    {
        var unit = ServicePlans.For(ServiceKind.SystemdUser, Spec)!.Files[0].Text;
        Assert.All(
            (string[])[
                "NoNewPrivileges=true", "LockPersonality=true", "RestrictRealtime=true", "RestrictSUIDSGID=true", "RestrictNamespaces=true", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
                "SystemCallArchitectures=native", "UMask=0077", "LimitCORE=0", "WantedBy=default.target",
            ],
            line => Assert.Contains($"\n{line}\n", unit, StringComparison.Ordinal));
        Assert.All(
            (string[])["User=", "ExecStartPre=", "Protect", "PrivateTmp", "BindPaths", "ReadWritePaths", "CapabilityBoundingSet", "MemoryDenyWriteExecute", "multi-user.target"],
            setting => Assert.DoesNotContain($"\n{setting}", unit, StringComparison.Ordinal));
    }

    [Fact]
    public void Systemd_ForTheMachine_IsAUserOfItsOwnThatSeesItsDataOnly()
    {
        var plan = ServicePlans.For(ServiceKind.SystemdSystem, Spec with { Data = "/root/.local/share/edgemesh-agent" })!;
        Assert.All(
            (string[])["User=edgemesh-agent", "ProtectSystem=strict", "ProtectHome=tmpfs", "PrivateTmp=true", "CapabilityBoundingSet=", "BindPaths=/root/.local/share/edgemesh-agent", "NoNewPrivileges=true"],
            line => Assert.Contains($"\n{line}\n", plan.Files[0].Text, StringComparison.Ordinal));
        Assert.Contains(plan.Install, s => s.Command[0] == "useradd");
        Assert.DoesNotContain(ServicePlans.For(ServiceKind.SystemdUser, Spec)!.Install, s => s.Command[0] == "useradd");
    }

    [Fact]
    public void Launchd_Plist_IsXmlWithEveryArgument()
    {
        var plan = ServicePlans.For(ServiceKind.LaunchAgent, Spec with { Data = "/Users/ada/R&D" })!;
        Assert.Equal("/home/ada/Library/LaunchAgents/dev.edgemesh.agent.plist", plan.Files[0].Path);
        var arguments = XDocument.Parse(plan.Files[0].Text).Descendants("array").Single().Elements("string").Select(e => e.Value);
        Assert.Equal(["/opt/edgemesh/agent/edgemesh-agent", "run", "--data", "/Users/ada/R&D"], arguments);
        Assert.Contains(plan.Install, s => s.ToString().StartsWith("launchctl bootstrap gui/1000 ", StringComparison.Ordinal));
        Assert.Equal("/Library/LaunchDaemons/dev.edgemesh.agent.plist", ServicePlans.For(ServiceKind.LaunchDaemon, Spec)!.Files[0].Path);
    }

    [Fact]
    public void Windows_Service_RunsAsItsOwnAccountAndComesBack()
    {
        var plan = ServicePlans.For(ServiceKind.Windows, new ServiceSpec([@"C:\Program Files\EdgeMesh\edgemesh-agent.exe"], @"C:\Users\Ada\data", @"C:\Users\Ada", "Ada", 1))!;
        var create = plan.Install.Single(s => s.Command.Contains("create"));
        Assert.Contains("\"C:\\Program Files\\EdgeMesh\\edgemesh-agent.exe\" run --data C:\\Users\\Ada\\data", create.Command);
        Assert.Contains(@"NT SERVICE\edgemesh-agent", create.Command);
        Assert.Contains(plan.Install, s => s.Command.Contains("failure"));
        Assert.Contains(plan.Install, s => s.Command[0] == "icacls.exe" && s.Command[1] == @"C:\Program Files\EdgeMesh");
    }

    [Fact]
    public void Termux_BootScript_KeepsTheWakeLockAndComesBack()
    {
        var file = Assert.Single(ServicePlans.For(ServiceKind.Termux, Spec with { Data = "/root/it's" })!.Files);
        Assert.True(file.IsProgram);
        Assert.EndsWith("/.termux/boot/edgemesh-agent", file.Path, StringComparison.Ordinal);
        Assert.Contains("termux-wake-lock", file.Text, StringComparison.Ordinal);
        Assert.Contains("--data '/root/it'\\''s'", file.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void For_NothingKnown_HasNoPlan() => Assert.Null(ServicePlans.For(ServiceKind.None, Spec));
}
