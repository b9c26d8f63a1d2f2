using CsCheck;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.Linux;
using EdgeMesh.Agent.Fingerprint.MacOs;
using EdgeMesh.Agent.Fingerprint.Sampling;
using EdgeMesh.Agent.Fingerprint.Windows;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>Whatever a file or a program says, reading it does not throw.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Tokens =
    [
        "processor", ":", "\t: ", "\n", "\n\n", "0x", "0x41", "CPU part", "CPU implementer", "core id", "[", "]: [", "]", "=", "\"", "\0", "\ud800", "-", " - ", "/", "..", "cgroup2", "cgroup",
        "memory", "0::/", "PCI_ID=10DE:2684", "PCI_ID=::", "DRIVER=nvidia", "OF_COMPATIBLE_0=qcom,adreno-", "cpu ", "99999999999999999999999", "-1", "max 100000", "%", "-InternalBattery",
        "{", "}", "{\"cpu\":[{\"Name\":", "\"gpu\":[{", "ChassisTypes", "MemAvailable:", "usage_usec ", "hw.memsize: ", "ro.soc.model", "qcom,", ",", "1 2 3 4 5 6 7 8 9",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(Gen.String, Gen.Int[0, Tokens.Length - 1].Select(i => Tokens[i])).Array[0, 30].Select(string.Concat);

    private static readonly IFingerprint[] All =
    [
        new AndroidFingerprint(), new OsFingerprint(), new MachineFingerprint(), new CpuFingerprint(), new CoresFingerprint(), new MemoryFingerprint(), new GpuFingerprint(),
        new NpuFingerprint(), new BatteryFingerprint(), new TemperatureFingerprint(), new FormFactorFingerprint(), new WindowsFingerprint(), new MacFingerprint(),
        new SystemProfilerFingerprint(), new DiskFingerprint(), new RuntimeFingerprint(), new ServiceFingerprint(),
    ];

    private static readonly string[] Paths =
    [
        "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/self/cgroup", "/proc/self/mountinfo", "/proc/self/status", "/proc/sys/kernel/osrelease", "/etc/os-release", "/system/build.prop",
        "/proc/device-tree/compatible", "/proc/device-tree/model", "/proc/device-tree/chassis-type", "/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor",
        "/sys/class/dmi/id/chassis_type", "/sys/class/drm/renderD128/device/uevent", "/sys/class/drm/renderD128/device/vendor", "/sys/class/accel/accel0/device/uevent",
        "/proc/driver/nvidia/gpus/x/information", "/usr/share/misc/pci.ids", "/sys/class/power_supply/BAT0/capacity", "/sys/class/power_supply/BAT0/status",
        "/sys/class/thermal/thermal_zone0/type", "/sys/class/thermal/thermal_zone0/temp", "/sys/class/remoteproc/remoteproc0/name", "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory.stat", "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu.stat", "/sys/class/kgsl/kgsl-3d0/gpu_model",
    ];

    private static readonly Gen<FixtureHost> Host = Gen.Select(Text.Array[Paths.Length], Text).Select((contents, output) =>
    {
        var host = new FixtureHost().Node("/dev/dri/renderD128").Node("/dev/accel/accel0").Node("/dev/dxg").Node("/usr/lib/wsl/lib/nvidia-smi").WithFile("/sys/class/power_supply/BAT0/type", "Battery");
        for (var i = 0; i < Paths.Length; i++)
            host.WithFile(Paths[i], contents[i]);
        host.Outputs["…"] = output;
        host.Environment["TERMUX_VERSION"] = output;
        return host;
    });

    [Fact]
    public void Fingerprints_AnyContents_NeverThrow() => Host.Sample(host =>
    {
        foreach (var fingerprint in All)
        {
            var draft = host.DraftAsync(fingerprint, CancellationToken.None).GetAwaiter().GetResult();
            var profile = draft.Build("x64", "1");
            if (profile.Facts.Any(f => f.Value.Length > 200 || f.Value.Any(char.IsControl)))
                return false;
            SystemReport.Markdown(profile, new TelemetrySample(null, 0, null, null, null, null));
        }

        return true;
    }, iter: 500);

    [Fact]
    public void Sampler_AnyContents_NeverThrows() => Host.Sample(host =>
    {
        var sample = new TelemetryProbe(new LinuxSampler(host, TimeProvider.System), TimeProvider.System).Sample();
        return sample.BatteryPercent is null or (>= 0 and <= 100);
    }, iter: 500);

    [Fact]
    public void Parsers_AnyText_NeverThrow() => Text.Sample(text =>
    {
        var info = CpuInfo.Parse(text);
        _ = info.ArmCores();
        _ = info.PhysicalCores;
        AndroidFingerprint.ParseGetprop(text);
        PciNames.Lookup(text, "10de", "2684");
        TermuxBattery.Parse(text);
        PmsetBattery.Parse(text);
        LinuxSampler.ParseStat(System.Text.Encoding.UTF8.GetBytes(text));
        WindowsFingerprint.Apply(text, new ProfileDraft("/"));
        SystemProfilerFingerprint.Apply(text, new ProfileDraft("/"));
        MacFingerprint.ApplySysctl(text, new ProfileDraft("/"));
        MacFingerprint.ApplyVersion(text, new ProfileDraft("/"));
        return CpuFlags.Normalise([text]).Length <= 1;
    }, iter: 5000);

    // A valid capture with one piece cut, doubled or replaced is closer to what the world sends than noise.
    [Fact]
    public void Parsers_DamagedCapture_NeverThrow()
    {
        var captures = FixtureHost.Load("surface-laptop-7").Outputs.Values.Concat(FixtureHost.Load("macbook-pro-m3").Outputs.Values).ToArray();
        Gen.Select(Gen.Int[0, captures.Length - 1].Select(i => captures[i]), Gen.Int[0, 4000], Gen.Int[0, 60], Text).Sample((capture, at, cut, insert) =>
        {
            var start = at % capture.Length;
            var text = string.Concat(capture.AsSpan(0, start), insert, capture.AsSpan(Math.Min(capture.Length, start + cut)));
            var draft = new ProfileDraft("/");
            WindowsFingerprint.Apply(text, draft);
            SystemProfilerFingerprint.Apply(text, draft);
            MacFingerprint.ApplySysctl(text, draft);
            PmsetBattery.Parse(text);
            return draft.PhysicalCores is null or > 0;
        }, iter: 3000);
    }
}
