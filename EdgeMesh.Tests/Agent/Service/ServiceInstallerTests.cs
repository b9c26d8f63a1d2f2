using EdgeMesh.Agent.Service;

namespace EdgeMesh.Tests.Agent.Service;

public sealed class ServiceInstallerTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Install_Twice_StatusAndUninstall_GoThroughTheSystem()
    {
        var host = new FakeServiceHost(ServiceKind.SystemdSystem);
        using var says = new StringWriter();
        var installer = new ServiceInstaller(host, "/data", says);
        Assert.Equal(4, await installer.StatusAsync(Test));
        Assert.Equal(0, await installer.InstallAsync(Test));
        Assert.Equal(0, await installer.InstallAsync(Test));
        Assert.Equal(0, await installer.StatusAsync(Test));
        host.Fails = command => command.Contains("is-active");
        Assert.Equal(3, await installer.StatusAsync(Test));
        Assert.Equal(0, await installer.UninstallAsync(Test));
        Assert.Empty(host.Files);
        Assert.Contains("systemctl disable --now edgemesh-agent.service", host.Ran);
        Assert.Contains("survives logout and restart", says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_StepFails_SaysWhichAndWhy()
    {
        var host = new FakeServiceHost(ServiceKind.SystemdUser) { Fails = command => command.Contains("enable") };
        using var says = new StringWriter();
        Assert.Equal(1, await new ServiceInstaller(host, "/data", says).InstallAsync(Test));
        Assert.Contains("systemctl --user enable edgemesh-agent.service\" failed: no bus", says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_LingeringNotAllowed_IsNoFailure()
    {
        var host = new FakeServiceHost(ServiceKind.SystemdUser) { Fails = command => command.Contains("loginctl") };
        using var says = new StringWriter();
        Assert.Equal(0, await new ServiceInstaller(host, "/data", says).InstallAsync(Test));
        Assert.Contains("enable-linger", says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_NoServiceManager_SaysWhatToDo()
    {
        using var says = new StringWriter();
        Assert.Equal(1, await new ServiceInstaller(new FakeServiceHost(ServiceKind.None), "/data", says).InstallAsync(Test));
        Assert.Contains("edgemesh-agent run", says.ToString(), StringComparison.Ordinal);
    }

    private sealed class FakeServiceHost(ServiceKind kind) : IServiceHost
    {
        public Dictionary<string, string> Files { get; } = [];

        public List<string> Ran { get; } = [];

        public Func<ImmutableArray<string>, bool> Fails { get; set; } = _ => false;

        public ServiceKind Kind => kind;

        public ServiceSpec Describe(string data) => new(["/usr/bin/edgemesh-agent"], data, "/home/ada", "ada", 1000);

        public void Write(ServiceFile file) => Files[file.Path] = file.Text;

        public bool Remove(string path) => Files.Remove(path);

        public bool Exists(string path) => Files.ContainsKey(path);

        public Task<(int Code, string Output)> RunAsync(ImmutableArray<string> command, CancellationToken cancellationToken)
        {
            Ran.Add(string.Join(' ', command));
            return Task.FromResult(Fails(command) ? (1, "no bus") : (0, ""));
        }
    }
}
