using System.Diagnostics;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>The real I/O edge, on whatever machine runs the tests.</summary>
public sealed class RealHostTests : IDisposable
{
    private readonly RealHost host = new(TimeProvider.System);
    private readonly string directory = Directory.CreateTempSubdirectory("edgemesh-host-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Read_MissingFileOrDirectory_IsMinusOne()
    {
        Span<byte> buffer = stackalloc byte[16];

        Assert.Equal(-1, host.Read(Path.Combine(directory, "no"), buffer));
        Assert.Equal(-1, host.Read(directory, buffer));
        Assert.Equal(-1, host.Read("", buffer));
        Assert.Equal(-1, host.Read("\0", buffer));
        Assert.Empty(host.List(Path.Combine(directory, "no")));
        Assert.False(host.Exists(Path.Combine(directory, "no")));
    }

    [Fact]
    public void ReadText_HugeFile_StopsAtTheLimit()
    {
        var path = Path.Combine(directory, "huge");
        using (var file = File.Create(path))
            file.SetLength(1L << 30);

        Assert.Equal(HostExtensions.MaxTextBytes, host.ReadText(path)!.Length);
        Assert.Null(host.ReadNumber(path));
    }

    [Fact]
    public void ReadText_Forbidden_IsNull()
    {
        // Root reads everything but a directory's bytes and its own page table's write-only knobs; those refuse root as well.
        var path = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? "/proc/self/clear_refs" : Path.Combine(directory, "secret");
        if (!File.Exists(path))
        {
            File.WriteAllText(path, "x");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.None);
        }

        using var held = OperatingSystem.IsWindows() ? File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : null;
        Assert.Null(host.ReadText(path));
    }

    [Fact]
    public async Task Run_MissingProgram_IsNull() =>
        Assert.Null(await host.RunAsync("edgemesh-no-such-program", [], TimeSpan.FromSeconds(5), Token));

    [Fact]
    public async Task Run_DotnetVersion_IsItsOutput() =>
        Assert.NotEmpty((await host.RunAsync(Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p : "dotnet", ["--version"], TimeSpan.FromSeconds(30), Token))!);

    [Fact(SkipUnless = nameof(OnUnix), Skip = "Needs a POSIX shell")]
    public async Task Run_FailingProgram_IsNull() =>
        Assert.Null(await host.RunAsync("sh", ["-c", "echo no; exit 3"], TimeSpan.FromSeconds(10), Token));

    [Fact(SkipUnless = nameof(OnUnix), Skip = "Needs a POSIX shell")]
    public async Task Run_ProgramThatHangs_IsEndedInTime()
    {
        var watch = Stopwatch.StartNew();

        Assert.Null(await host.RunAsync("sh", ["-c", "sleep 600 & sleep 600"], TimeSpan.FromMilliseconds(300), Token));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }

    [Fact(SkipUnless = nameof(OnUnix), Skip = "Needs a POSIX shell")]
    public async Task Run_EndlessOutput_IsCutAndEnded()
    {
        Assert.Null(await host.RunAsync("sh", ["-c", "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done"], TimeSpan.FromMilliseconds(500), Token));
    }

    [Fact]
    public async Task Run_Cancelled_Throws()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.RunAsync("dotnet", ["--info"], TimeSpan.FromSeconds(30), cancelled.Token));
    }

    [Fact]
    public void DiskFree_DirectoryNotMadeYet_IsItsParents()
    {
        Assert.True(host.DiskFreeBytes(Path.Combine(directory, "not", "yet")) > 0);
        Assert.Null(host.DiskFreeBytes(""));
    }

    [Fact(SkipUnless = nameof(OnLinux), Skip = "Linux's own facts")]
    public async Task Profile_RealLinux_IsSane()
    {
        await using var services = new ServiceCollection().AddLogging().AddFingerprint().BuildServiceProvider();
        var watch = Stopwatch.StartNew();

        var profile = await services.GetRequiredService<DeviceProfiler>().Profile(directory, Token);
        var sample = services.GetRequiredService<TelemetryProbe>().Sample();

        TestContext.Current.SendDiagnosticMessage("profile in {0} ms\n{1}", watch.ElapsedMilliseconds, SystemReport.Markdown(profile, sample));
        Assert.Equal(Environment.ProcessorCount, profile.LogicalCores);
        Assert.True(profile.PhysicalCores is null or > 0);
        Assert.InRange(profile.RamTotalMb, 64, 64L * 1024 * 1024);
        Assert.True(sample.RamFreeMb <= profile.RamTotalMb);
        Assert.True(profile.DiskFreeMb > 0);
        Assert.NotEmpty(profile.Os);
        Assert.NotEmpty(profile.InstructionSets);
        Assert.Contains(profile.Accelerators, a => a is { Kind: AcceleratorKind.CPU, Status: AcceleratorStatus.Detected });
    }

    public static bool OnLinux => OperatingSystem.IsLinux();

    public static bool OnUnix => !OperatingSystem.IsWindows();
}
