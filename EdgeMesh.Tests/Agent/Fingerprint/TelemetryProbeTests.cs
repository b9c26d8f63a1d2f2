using System.Diagnostics;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.Sampling;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

public sealed class TelemetryProbeTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Sample_Busy_IsTheShareSinceTheSampleBefore()
    {
        var host = new FixtureHost().WithFile("/proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\n");
        var probe = Probe(host);

        Assert.Null(probe.Sample().CpuPercent);
        host.WithFile("/proc/stat", "cpu  130 0 120 840 10 0 0 0 0 0\n"); // 50 busy of 100
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(50, probe.Sample().CpuPercent);
    }

    [Fact]
    public void Sample_SecondReaderAtOnce_GetsTheSameFigure()
    {
        var host = new FixtureHost().WithFile("/proc/stat", "cpu  0 0 0 100\n");
        var probe = Probe(host);
        probe.Sample();
        host.WithFile("/proc/stat", "cpu  50 0 0 150\n");
        time.Advance(TimeSpan.FromMilliseconds(500));
        probe.Sample();

        host.WithFile("/proc/stat", "cpu  51 0 0 150\n");
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(50, probe.Sample().CpuPercent);
    }

    [Theory]
    [InlineData("cpu  0 0 0 10\n")]
    [InlineData("cpu  garbage\n")]
    [InlineData("")]
    public void Sample_CountersGoBackOrVanish_CpuIsUnknown(string after)
    {
        var host = new FixtureHost().WithFile("/proc/stat", "cpu  10 0 0 100\n");
        var probe = Probe(host);
        probe.Sample();
        host.WithFile("/proc/stat", after);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(probe.Sample().CpuPercent);
    }

    [Fact]
    public void Sample_CpuQuota_IsTheGroupsUseOfItsQuota()
    {
        var host = FixtureHost.Load("container-cgroup");
        var probe = Probe(host);
        probe.Sample();
        host.WithFile("/sys/fs/cgroup/cpu.stat", "usage_usec 12500000\n"); // half a second of two cores' one second
        time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal(50, probe.Sample().CpuPercent);
    }

    [Fact]
    public void Sample_CpuQuotaOfVersion1_IsTheGroupsUseOfItsQuota()
    {
        var host = FixtureHost.Load("this-machine")
            .WithFile("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n").WithFile("/sys/fs/cgroup/cpuacct/cpuacct.usage", "1000000000\n");
        var probe = Probe(host);
        probe.Sample();
        host.WithFile("/sys/fs/cgroup/cpuacct/cpuacct.usage", "1250000000\n");
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(25, probe.Sample().CpuPercent);
    }

    [Fact]
    public void Sample_QuotaOfTheWholeMachine_IsTheMachinesShare()
    {
        var host = FixtureHost.Load("container-cgroup").WithFile("/sys/fs/cgroup/cpu.max", "3200000 100000\n").WithFile("/proc/stat", Stat(0, 100));
        var probe = Probe(host);
        probe.Sample();
        host.WithFile("/proc/stat", Stat(25, 175));
        time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal(25, probe.Sample().CpuPercent);

        static string Stat(int busy, int idle) => $"cpu  {busy} 0 0 {idle}\n" + string.Concat(Enumerable.Range(0, 32).Select(i => $"cpu{i} 1 0 0 3\n"));
    }

    [Fact]
    public void Sample_MemoryLimit_CountsWhatTheGroupMayStillTake()
    {
        var sample = Probe(FixtureHost.Load("container-cgroup")).Sample();

        Assert.Equal(1024 - (400 - 100), sample.RamFreeMb);
    }

    [Fact]
    public void Sample_NoLimit_CountsWhatTheHostHasAvailable()
    {
        var sample = Probe(FixtureHost.Load("this-machine")).Sample();

        Assert.Equal(24297780 / 1024, sample.RamFreeMb);
        Assert.Null(sample.BatteryPercent);
        Assert.Null(sample.Charging);
        Assert.Null(sample.TemperatureC);
    }

    [Fact]
    public void Sample_OldKernelWithoutMemAvailable_CountsFreeAndCached()
    {
        var sample = Probe(new FixtureHost().WithFile("/proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 102400 kB\nBuffers: 5 kB\nCached: 102400 kB\n")).Sample();

        Assert.Equal(200, sample.RamFreeMb);
    }

    [Fact]
    public void Sample_Laptop_ReadsBatteryAtMostEveryTenSeconds()
    {
        const string capacity = "/sys/class/power_supply/BAT0/capacity";
        var host = FixtureHost.Load("thinkpad-linux");
        var probe = Probe(host);
        var first = probe.Sample();
        Assert.Equal((80, true), (first.BatteryPercent, first.Charging));
        Assert.Equal(46.0, first.TemperatureC);

        host.WithFile(capacity, "79\n");
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(80, probe.Sample().BatteryPercent);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(79, probe.Sample().BatteryPercent);
    }

    [Fact]
    public void Sample_BatteryByEnergy_IsComputed() =>
        Assert.Equal((75, false), Probe(FixtureHost.Load("snapdragon-x-linux")).Sample() is var s ? (s.BatteryPercent, s.Charging) : default);

    [Fact]
    public async Task Sample_Phone_AsksTermuxInTheBackground()
    {
        var probe = Probe(FixtureHost.Load("galaxy-s24-termux"));
        Assert.Null(probe.Sample().CpuPercent); // Android hides /proc/stat

        var deadline = Stopwatch.StartNew();
        TelemetrySample sample;
        do
        {
            await Task.Yield();
            time.Advance(TelemetryProbe.BatteryInterval);
            sample = probe.Sample();
        }
        while (sample.BatteryPercent is null && deadline.Elapsed < TimeSpan.FromSeconds(10));

        Assert.Equal((73, false), (sample.BatteryPercent, sample.Charging));
    }

    [Fact]
    public void Sample_NothingReadable_IsUnknown()
    {
        var sample = Probe(new FixtureHost()).Sample();

        Assert.Equal((null, null, null, null, null), (sample.CpuPercent, sample.BatteryPercent, sample.Charging, sample.TemperatureC, sample.AgentRamMb));
    }

    [Fact(SkipUnless = nameof(OnLinux), Skip = "Measures /proc")]
    public void Sample_RealLinux_IsSaneAndCheap()
    {
        var probe = new TelemetryProbe(new LinuxSampler(new RealHost(TimeProvider.System), TimeProvider.System), TimeProvider.System);
        probe.Sample();
        for (var i = 0; i < 200; i++)
            probe.Sample();

        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var best = TimeSpan.MaxValue;
        TelemetrySample sample = probe.Sample();
        for (var i = 0; i < 100; i++)
        {
            var watch = Stopwatch.StartNew();
            sample = probe.Sample();
            best = watch.Elapsed < best ? watch.Elapsed : best;
        }

        var perSample = (GC.GetAllocatedBytesForCurrentThread() - bytes) / 101;
        TestContext.Current.SendDiagnosticMessage("best {0} µs, {1} bytes a sample", best.TotalMicroseconds, perSample);
        Assert.True(best < TimeSpan.FromMilliseconds(1), $"{best.TotalMicroseconds} µs");
        Assert.True(perSample < 20 * 1024, $"{perSample} bytes");
        Assert.InRange(sample.RamFreeMb, 1, long.MaxValue);
        Assert.InRange(sample.AgentRamMb ?? 0, 1, 100_000);
    }

    public static bool OnLinux => OperatingSystem.IsLinux();

    private TelemetryProbe Probe(FixtureHost host) => new(new LinuxSampler(host, time), time);
}
