using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Agent.Worker.Sandbox;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Worker;

/// <summary>A hostile model in a worker gets nothing: a program of ours takes its place, is started by the worker's own launcher, and tries.</summary>
public sealed class SandboxTests
{
    private static readonly string[] Permitted = ["read-model", "write-scratch"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HostileModel_InsideTheSandbox_CanReadModelsAndWriteItsScratchAndNothingElse()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Landlock.Version >= 4 && Seccomp.IsKnownHere, SandboxSupport.Describe());
        var outcomes = await ProbeAsync(inside: true);
        Assert.All(Permitted, name => Assert.Equal("done", outcomes[name]));
        Assert.True(outcomes.Count > 20);
        Assert.All(outcomes.Where(o => !Permitted.Contains(o.Key)), o => Assert.True(o.Value.StartsWith("refused", StringComparison.Ordinal), $"{o.Key} {o.Value}"));
    }

    [Fact]
    public async Task HostileModel_WithoutASandbox_CanDoAllOfThat()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What is tried is Linux's.");
        var outcomes = await ProbeAsync(inside: false);
        Assert.All(outcomes.Where(o => o.Key != "trace"), o => Assert.True(o.Value == "done", $"{o.Key} {o.Value}"));
    }

    [Fact]
    public async Task Worker_Running_HasItsOwnSessionNoPrivilegesNoCapabilitiesAndASeccompFilter()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Seccomp.IsKnownHere, SandboxSupport.Describe());
        await using var worker = await WorkerProcess.StartAsync(new WorkerOptions(), TimeProvider.System, Stop);

        // It answers once it is sealed.
        await worker.Client.ProvidersAsync(new ProvidersRequest(), cancellationToken: Stop);
        var status = (await File.ReadAllLinesAsync($"/proc/{worker.Id}/status", Stop)).Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());
        Assert.Equal(("1", "2"), (status["NoNewPrivs"], status["Seccomp"]));
        Assert.All((string[])["CapEff", "CapPrm", "CapInh"], name => Assert.Equal(0UL, Convert.ToUInt64(status[name], 16)));
        var stat = await File.ReadAllTextAsync($"/proc/{worker.Id}/stat", Stop);
        Assert.Equal($"{worker.Id}", stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3]);
        var limits = await File.ReadAllTextAsync($"/proc/{worker.Id}/limits", Stop);
        Assert.All(
            (string[])["Max core file size        0                    0 ", "Max open files            1024                 1024 ", "Max file size             4294967296           4294967296 "],
            limit => Assert.Contains(limit, limits, StringComparison.Ordinal));
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{worker.Id}/task"))
        {
            Assert.Contains("Seccomp:\t2", await File.ReadAllTextAsync($"{thread}/status", Stop), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Filter_EveryJump_StaysInsideTheProgram(bool arm)
    {
        var program = Seccomp.Program(arm);
        Assert.InRange(program.Length, 50, 250);
        Assert.All(program.Select((i, at) => (i, at)).Where(x => (x.i.Code & 7) == 5), x => Assert.True(x.at + 1 + Math.Max(x.i.Then, x.i.Otherwise) < program.Length));
        Assert.Equal(0x06, program[^1].Code);
    }

    [Fact]
    public async Task Scratch_OfAnAgentThatWasKilled_IsTakenAwayByTheNext()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        using var temporary = new TemporaryDirectory();
        var left = Directory.CreateDirectory(temporary["edgemesh-worker-2147483646-abc"]).FullName;
        await using var dashboard = await DashboardProcess.StartAsync(temporary["data"], new Dictionary<string, string> { ["TMPDIR"] = temporary.Path });
        await Until.TrueAsync("it to be gone", () => !Directory.Exists(left));
    }

    [Fact]
    public void Describe_KernelWithout_SaysWhatIsMissing()
    {
        Assert.Contains("no Landlock", SandboxSupport.Describe(0, true), StringComparison.Ordinal);
        Assert.Contains("seccomp is not known", SandboxSupport.Describe(7, false), StringComparison.Ordinal);
        Assert.StartsWith("Models may read only", SandboxSupport.Describe(7, true), StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> ProbeAsync(bool inside)
    {
        using var directory = new TemporaryDirectory();
        using var scratch = new Scratch();
        var (data, models) = (Directory.CreateDirectory(directory["data"]).FullName, Directory.CreateDirectory(directory["models"]).FullName);
        var (secret, model) = (Path.Combine(data, "device.key"), Path.Combine(models, "model.onnx"));
        foreach (var file in (string[])[secret, model, model + ".spare", model + ".spare2"])
        {
            await File.WriteAllTextAsync(file, "x", Stop);
        }

        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        using var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        unix.Bind(new UnixDomainSocketEndPoint(directory["socket"]));
        unix.Listen();

        var start = WorkerProgram.Command("no-pipe", new SandboxPlan([models], scratch.Path, []), BuiltPrograms.Probe);
        start.Environment["PROBE_TARGETS"] = JsonSerializer.Serialize(new
        {
            Secret = secret, Model = model, Scratch = scratch.Path, TcpPort = ((IPEndPoint)tcp.LocalEndpoint).Port, UnixSocket = directory["socket"], Outside = Environment.ProcessId,
        });
        if (!inside)
        {
            start.ArgumentList.Remove("--scratch");
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        File.Delete($"/tmp/edgemesh-probe-{process.Id}");
        Assert.True(process.ExitCode == 0, $"{process.ExitCode}: {await errors}");
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(l => l.Split(' ')[0], l => l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        foreach (var (name, outcome) in lines)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} {outcome}");
        }

        return lines;
    }
}
