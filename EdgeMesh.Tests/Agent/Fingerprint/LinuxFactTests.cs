using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.Linux;
using EdgeMesh.Core.Devices;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>Each Linux fact: there, not there, garbage, forbidden.</summary>
public sealed class LinuxFactTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Type> All =>
    [
        typeof(AndroidFingerprint), typeof(OsFingerprint), typeof(MachineFingerprint), typeof(CpuFingerprint), typeof(CoresFingerprint), typeof(MemoryFingerprint),
        typeof(GpuFingerprint), typeof(NpuFingerprint), typeof(BatteryFingerprint), typeof(TemperatureFingerprint), typeof(FormFactorFingerprint),
        typeof(ServiceFingerprint),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Read_NothingThere_AddsNoFact(Type type)
    {
        var host = new FixtureHost();
        host.Runtime = host.Runtime with { ProcessorCount = 0 };

        var profile = (await host.DraftAsync((IFingerprint)Activator.CreateInstance(type)!, Token)).Build("x64", "1");

        Assert.Empty(profile.Facts);
    }

    [Fact]
    public async Task Android_BuildPropUnreadable_IsStillAndroid()
    {
        var draft = await new FixtureHost().Node("/system/build.prop").DraftAsync(new AndroidFingerprint(), Token);

        Assert.Equal(("Android", FormFactor.Unknown), (draft.Os, draft.FormFactor));
    }

    [Theory]
    [InlineData("Android\n", "Android")]
    [InlineData("GNU/Linux\n", "")]
    public async Task Android_OnlyUname_Decides(string uname, string os)
    {
        var host = new FixtureHost();
        host.Outputs["uname -o"] = uname;

        Assert.Equal(os, (await host.DraftAsync(new AndroidFingerprint(), Token)).Os);
    }

    [Fact]
    public async Task Android_BuildProp_GivesTheFactsWithoutGetprop()
    {
        var host = new FixtureHost().WithFile("/system/build.prop", "# begin\nro.build.version.release=14\nro.product.manufacturer=Google\nro.product.model=Pixel 8\nro.build.characteristics=nosdcard\n");

        var draft = await host.DraftAsync(new AndroidFingerprint(), Token);

        Assert.Equal(("Android 14", "Google Pixel 8", FormFactor.Phone), (draft.Os, draft.Machine, draft.FormFactor));
    }

    [Fact]
    public async Task Android_Television_IsNoPhone()
    {
        var host = new FixtureHost().WithFile("/system/build.prop", "ro.product.model=Chromecast\nro.build.characteristics=nosdcard,tv\n");

        Assert.Equal(FormFactor.Unknown, (await host.DraftAsync(new AndroidFingerprint(), Token)).FormFactor);
    }

    [Theory]
    [InlineData("To Be Filled By O.E.M.", "System manufacturer", "")]
    [InlineData("NUC13ANHi7", "Intel(R) Client Systems", "Intel Client Systems NUC13ANHi7")]
    [InlineData("HP EliteBook 840 G9", "HP", "HP EliteBook 840 G9")]
    public async Task Machine_Dmi_DropsFillers(string product, string vendor, string expected)
    {
        var host = new FixtureHost().WithFile("/sys/class/dmi/id/product_name", product + "\n").WithFile("/sys/class/dmi/id/sys_vendor", vendor + "\n");

        Assert.Equal(expected.Replace("(R)", "", StringComparison.Ordinal), (await host.DraftAsync(new MachineFingerprint(), Token)).Machine);
    }

    [Theory]
    [InlineData("3", FormFactor.Desktop)]
    [InlineData("31", FormFactor.Laptop)]
    [InlineData("23", FormFactor.Server)]
    [InlineData("1", FormFactor.Unknown)]
    [InlineData("-9223372036854775808", FormFactor.Unknown)]
    [InlineData("garbage", FormFactor.Unknown)]
    public async Task FormFactor_ChassisType_Decides(string type, FormFactor expected)
    {
        var host = new FixtureHost().WithFile("/sys/class/dmi/id/chassis_type", type + "\n");

        Assert.Equal(expected, (await host.DraftAsync(new FormFactorFingerprint(), Token)).FormFactor);
    }

    [Theory]
    [InlineData("nvidia,p3768-0000+p3767-0005\\0nvidia,tegra234\\0", FormFactor.Board)]
    [InlineData("linux,dummy-virt\\0", FormFactor.VirtualMachine)]
    [InlineData("apple,j313\\0apple,t8103\\0", FormFactor.Unknown)]
    public async Task FormFactor_DeviceTree_Decides(string compatible, FormFactor expected)
    {
        var host = new FixtureHost().WithFile("/proc/device-tree/compatible", compatible.Replace("\\0", "\0", StringComparison.Ordinal));

        Assert.Equal(expected, (await host.DraftAsync(new FormFactorFingerprint(), Token)).FormFactor);
    }

    [Fact]
    public async Task Cpu_UnknownArmDesign_IsNamedByItsNumbers()
    {
        var host = new FixtureHost().WithFile("/proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xfff\n\nprocessor\t: 1\nCPU implementer\t: 0x99\nCPU part\t: 0x001\n");

        Assert.Equal("1× Arm part 0xfff + 1× implementer 0x99 part 0x001", (await host.DraftAsync(new CpuFingerprint(), Token)).CpuModel);
    }

    [Fact]
    public async Task Gpu_DisplayWithoutRenderNode_IsNoGpu()
    {
        var draft = await new FixtureHost().WithFile("/sys/class/drm/card0/device/uevent", "DRIVER=ast\nPCI_ID=1A03:2000\n").DraftAsync(new GpuFingerprint(), Token);

        Assert.Empty(draft.Build("x64", "1").Facts);
    }

    [Fact]
    public async Task Gpu_UnknownIds_AreNamedByThePciDatabaseElseByNumber()
    {
        var host = new FixtureHost().WithFile("/sys/class/drm/renderD128/device/uevent", "DRIVER=amdgpu\nPCI_ID=1002:13C0\n").Node("/dev/dri/renderD128");
        Assert.Equal("AMD device 13c0", Gpu(await host.DraftAsync(new GpuFingerprint(), Token)));

        host.WithFile("/usr/share/misc/pci.ids", "# list\n1001  Kolter\n\t0010  PCI 1616\n1002  Advanced Micro Devices, Inc. [AMD/ATI]\n\t1304  Kaveri\n\t13c0  Granite Ridge [Radeon Graphics]\n\t\t1043 8877  Sub\n1003  ULSI\n");
        Assert.Equal("AMD Radeon Graphics", Gpu(await host.DraftAsync(new GpuFingerprint(), Token)));
    }

    [Theory]
    [InlineData("/dev/fastrpc-cdsp-secure", "Qualcomm Hexagon NPU")]
    [InlineData("/dev/hailo0", "Hailo NPU")]
    [InlineData("/dev/apex_0", "Google Coral Edge TPU")]
    [InlineData("/dev/fastrpc-adsp", "")]
    public async Task Npu_DeviceNode_IsDetected(string node, string expected)
    {
        var draft = await new FixtureHost().Node(node).DraftAsync(new NpuFingerprint(), Token);

        Assert.Equal(expected, draft.Build("arm64", "1").Accelerators.Single(a => a.Kind == AcceleratorKind.NPU).Name);
    }

    [Fact]
    public async Task Npu_RemoteProcessorCdsp_IsDetectedWithItsState()
    {
        var host = new FixtureHost().WithFile("/sys/class/remoteproc/remoteproc0/name", "cdsp\n").WithFile("/sys/class/remoteproc/remoteproc0/state", "offline\n");

        var npu = (await host.DraftAsync(new NpuFingerprint(), Token)).Build("arm64", "1").Accelerators.Single(a => a.Kind == AcceleratorKind.NPU);

        Assert.Equal((AcceleratorStatus.Detected, "/sys/class/remoteproc/remoteproc0 (cdsp, offline)"), (npu.Status, npu.Source));
    }

    [Fact]
    public async Task Npu_AccelWithoutDeviceNode_IsAFactButAbsent()
    {
        var draft = await new FixtureHost().WithFile("/sys/class/accel/accel0/device/uevent", "DRIVER=intel_vpu\nPCI_ID=8086:643E\n").DraftAsync(new NpuFingerprint(), Token);

        var profile = draft.Build("x64", "1");

        Assert.Equal("NPU not passed in", Assert.Single(profile.Facts).Name);
        Assert.Equal(AcceleratorStatus.Absent, profile.Accelerators.Single(a => a.Kind == AcceleratorKind.NPU).Status);
    }

    [Fact]
    public async Task Npu_RockchipRenderNode_IsAnNpuAndNoGpu()
    {
        var host = new FixtureHost().WithFile("/sys/class/drm/renderD129/device/uevent", "DRIVER=RKNPU\nOF_COMPATIBLE_0=rockchip,rk3588-rknpu\n").Node("/dev/dri/renderD129");

        Assert.Equal("", Gpu(await host.DraftAsync(new GpuFingerprint(), Token)));
        Assert.True((await host.DraftAsync(new NpuFingerprint(), Token)).Has(AcceleratorKind.NPU));
    }

    [Fact]
    public async Task Memory_Forbidden_StaysUnknown()
    {
        var draft = await new FixtureHost().WithFile("/proc/meminfo", "MemTotal: 100 kB\n").Deny("/proc/meminfo").DraftAsync(new MemoryFingerprint(), Token);

        Assert.Null(draft.RamTotalMb);
    }

    [Fact]
    public void Cgroup_Version1InAContainerWithoutNamespace_FindsItsLimitAndItsParents()
    {
        var host = new FixtureHost()
            .WithFile("/proc/self/cgroup", "4:memory:/docker/abc/inner\n1:name=systemd:/docker/abc\n")
            .WithFile("/proc/self/mountinfo", "34 30 0:31 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n")
            .WithFile("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "9223372036854771712\n")
            .WithFile("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n")
            .WithFile("/sys/fs/cgroup/memory/memory.usage_in_bytes", "400000000\n")
            .WithFile("/sys/fs/cgroup/memory/memory.stat", "cache 1\ninactive_file 5\ntotal_inactive_file 100000000\n");

        var group = Cgroup.Find(host);

        Assert.Equal(["/sys/fs/cgroup/memory/inner", "/sys/fs/cgroup/memory"], group.Memory);
        Assert.Equal((536870912L, "/sys/fs/cgroup/memory/memory.limit_in_bytes"), group.MemoryLimit(host));
        Assert.Equal(536870912 - 300000000, group.Headroom(host, "/sys/fs/cgroup/memory"));
        Assert.Null(group.Headroom(host, "/sys/fs/cgroup/memory/inner"));
    }

    [Fact]
    public void Cgroup_SliceLimit_LowestOfTheChainCounts()
    {
        var host = new FixtureHost()
            .WithFile("/proc/self/cgroup", "0::/user.slice/app.service\n")
            .WithFile("/proc/self/mountinfo", "29 22 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
            .WithFile("/sys/fs/cgroup/user.slice/app.service/memory.max", "max\n")
            .WithFile("/sys/fs/cgroup/user.slice/memory.max", "2147483648\n")
            .WithFile("/sys/fs/cgroup/user.slice/app.service/cpu.max", "max 100000\n")
            .WithFile("/sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");

        var group = Cgroup.Find(host);

        Assert.Equal((2147483648L, "/sys/fs/cgroup/user.slice/memory.max"), group.MemoryLimit(host));
        Assert.Equal((1.5, "/sys/fs/cgroup/user.slice/cpu.max"), group.CpuQuota(host));
    }

    [Theory]
    [InlineData("Charging", null, true)]
    [InlineData("Full", null, true)]
    [InlineData("Discharging", "1", false)]
    [InlineData("Not charging", "1", true)]
    [InlineData("Unknown", "0", false)]
    [InlineData("Unknown", null, null)]
    public void PowerSupply_Status_SaysWhetherOnMains(string status, string? mains, bool? charging)
    {
        var host = new FixtureHost().WithFile("/sys/class/power_supply/BAT0/type", "Battery\n").WithFile("/sys/class/power_supply/BAT0/capacity", "42\n")
            .WithFile("/sys/class/power_supply/BAT0/status", status + "\n");
        if (mains is not null)
            host.WithFile("/sys/class/power_supply/AC/type", "Mains\n").WithFile("/sys/class/power_supply/AC/online", mains + "\n");

        Assert.Equal(new BatteryReading(42, charging), PowerSupply.Find(host).Read(host));
    }

    [Theory]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("full")]
    [InlineData("")]
    public void PowerSupply_ImplausibleCapacity_IsUnknown(string capacity)
    {
        var host = new FixtureHost().WithFile("/sys/class/power_supply/BAT0/type", "Battery\n").WithFile("/sys/class/power_supply/BAT0/capacity", capacity);

        Assert.Null(PowerSupply.Find(host).Read(host));
    }

    [Theory]
    [InlineData("45500", 45.5)]
    [InlineData("-5000", -5.0)]
    [InlineData("0", null)]
    [InlineData("-274000", null)]
    [InlineData("200000", null)]
    [InlineData("hot", null)]
    public void Temperature_Zone_IsReadWhenPlausible(string milli, double? expected)
    {
        var host = new FixtureHost().WithFile("/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n").WithFile("/sys/class/thermal/thermal_zone0/temp", milli + "\n");

        Assert.Equal(expected, TemperatureSensor.Find(host)?.Read(host));
    }

    [Theory]
    [InlineData("thinkpad-linux", "x86_pkg_temp")]
    [InlineData("desktop-nvidia-linux", "k10temp")]
    [InlineData("arduino-uno-q", "cpuss0-thermal")]
    public void Temperature_CapturedMachine_PicksTheProcessor(string fixture, string name) =>
        Assert.Equal(name, TemperatureSensor.Find(FixtureHost.Load(fixture))?.Name);

    [Fact]
    public async Task Battery_OfAMouse_IsNotTheMachines()
    {
        var host = new FixtureHost().WithFile("/sys/class/power_supply/hidpp/type", "Battery\n").WithFile("/sys/class/power_supply/hidpp/scope", "Device\n").WithFile("/sys/class/power_supply/hidpp/capacity", "10\n");

        Assert.Empty((await host.DraftAsync(new BatteryFingerprint(), Token)).Build("x64", "1").Facts);
    }

    [Theory]
    [InlineData("{\"percentage\":50,\"status\":\"CHARGING\"}", 50, true)]
    [InlineData("{\"percentage\":50,\"plugged\":\"UNPLUGGED\"}", 50, false)]
    [InlineData("{\"percentage\":50}", 50, null)]
    public void TermuxBattery_Json_IsRead(string json, int percent, bool? charging) =>
        Assert.Equal(new BatteryReading(percent, charging), TermuxBattery.Parse(json));

    [Theory]
    [InlineData("{\"percentage\":150}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("API not installed")]
    public void TermuxBattery_Else_IsUnknown(string text) => Assert.Null(TermuxBattery.Parse(text));

    private static string Gpu(ProfileDraft draft) => draft.Build("x64", "1").Accelerators.Single(a => a.Kind == AcceleratorKind.GPU).Name;
}
