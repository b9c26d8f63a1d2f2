using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Core.Devices;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>Whole profiles of captured machines.</summary>
public sealed class CapturedMachineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Fixtures => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Agent", "Fingerprint", "Fixtures"), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)!)];

    // fixture, OS, machine, CPU, physical/logical cores, RAM MiB, form factor, GPUs, NPUs
    [Theory]
    [InlineData("raspberry-pi-5", "Debian GNU/Linux 12 (bookworm)", "Raspberry Pi 5 Model B Rev 1.0", "Broadcom BCM2712 (4× Cortex-A76)", 4, 4, 8063, FormFactor.Board, "Broadcom VideoCore (v3d)", "")]
    [InlineData("arduino-uno-q", "Debian GNU/Linux 13 (trixie)", "Arduino UNO Q", "Qualcomm Dragonwing QRB2210 (4× Cortex-A53)", 4, 4, 3723, FormFactor.Board, "Qualcomm Adreno 07000200", "")]
    [InlineData("galaxy-s24-termux", "Android 15 (Termux)", "Samsung SM-S928B", "Qualcomm Snapdragon 8 Gen 3 SM8650 (5× Cortex-A720 + 2× Cortex-A520 + 1× Cortex-X4)", 8, 8, 11264, FormFactor.Phone, "Qualcomm Adreno750v2", "Qualcomm Hexagon NPU")]
    [InlineData("snapdragon-x-linux", "Ubuntu 25.04", "Microsoft Surface Laptop 7 (13.8 inch)", "Qualcomm Snapdragon X Elite (12× Oryon)", 12, 12, 31250, FormFactor.Laptop, "Qualcomm Adreno 43050c01", "Qualcomm Hexagon NPU")]
    [InlineData("wsl2", "Ubuntu 24.04.2 LTS (WSL2)", "", "13th Gen Intel Core i7-13700K", 8, 16, 15910, FormFactor.VirtualMachine, "NVIDIA GeForce RTX 4070 Ti", "")]
    [InlineData("container-cgroup", "Debian GNU/Linux 12 (bookworm)", "Supermicro Super Server", "AMD EPYC 7313P 16-Core Processor", 16, 2, 1024, FormFactor.Server, "", "")]
    [InlineData("this-machine", "Debian GNU/Linux 12 (bookworm)", "", "AMD EPYC", 2, 2, 24105, FormFactor.VirtualMachine, "", "")]
    [InlineData("linux-vm", "Ubuntu 24.04.2 LTS", "QEMU Standard PC (Q35 + ICH9, 2009)", "Intel Core Processor (Skylake, IBRS)", 4, 4, 7933, FormFactor.VirtualMachine, "", "")]
    [InlineData("thinkpad-linux", "Fedora Linux 42 (Workstation Edition)", "LENOVO ThinkPad T14s Gen 6", "Intel Core Ultra 7 258V", 8, 8, 31663, FormFactor.Laptop, "Intel Arc Graphics 130V/140V (Lunar Lake)", "Intel NPU (Lunar Lake)")]
    [InlineData("desktop-nvidia-linux", "Ubuntu 24.04.2 LTS", "ASUS ROG STRIX B650E-F GAMING WIFI", "AMD Ryzen 7 8700G w/ Radeon 780M Graphics", 8, 16, 64000, FormFactor.Desktop, "AMD Radeon 780M; NVIDIA GeForce RTX 4090", "AMD XDNA NPU (Phoenix / Hawk Point)")]
    [InlineData("surface-laptop-7", "Microsoft Windows 11 Home (10.0.26100)", "Microsoft Surface Laptop, 7th Edition", "Snapdragon X 12-core X1E80100 @ 3.40 GHz", 12, 12, 15970, FormFactor.Laptop, "Qualcomm Adreno X1-85 GPU", "Snapdragon X Elite - X1E80100 - Qualcomm Hexagon NPU")]
    [InlineData("desktop-nvidia", "Microsoft Windows 11 Pro (10.0.22631)", "Micro-Star International Co., Ltd. MS-7D91", "13th Gen Intel Core i7-13700K", 16, 24, 32622, FormFactor.Desktop, "NVIDIA GeForce RTX 4070 Ti; Intel UHD Graphics 770", "")]
    [InlineData("windows-vm", "Microsoft Windows Server 2022 Standard (10.0.20348)", "Microsoft Corporation Virtual Machine", "Intel Xeon Platinum 8370C CPU @ 2.80GHz", 2, 4, 16383, FormFactor.VirtualMachine, "", "")]
    [InlineData("intel-ultra-windows", "Microsoft Windows 11 Pro (10.0.26100)", "Dell Inc. XPS 14 9440", "Intel Core Ultra 7 155H", 16, 22, 32203, FormFactor.Laptop, "Intel Arc Graphics", "Intel AI Boost")]
    [InlineData("macbook-pro-m3", "macOS 15.5", "MacBook Pro", "Apple M3 Pro", 11, 11, 18432, FormFactor.Laptop, "Apple M3 Pro GPU (14 cores)", "Apple M3 Pro Neural Engine")]
    [InlineData("intel-mac", "macOS 14.7.6", "iMac", "Intel Core i5-9600K CPU @ 3.70GHz", 6, 12, 32768, FormFactor.Desktop, "Radeon Pro 580X", "")]
    [InlineData("mac-vm", "macOS 15.5", "Apple Virtual Machine 1", "Apple M2 (Virtual)", 4, 4, 8192, FormFactor.VirtualMachine, "", "")]
    public async Task Profile_CapturedMachine_SaysWhatItIs(
        string fixture, string os, string machine, string cpu, int physical, int logical, long ramMb, FormFactor form, string gpus, string npus)
    {
        var profile = await FixtureHost.Load(fixture).ProfileAsync(Token);

        Assert.Equal(os, profile.Os);
        Assert.Equal(machine, profile.Machine);
        Assert.Equal(cpu, profile.CpuModel);
        Assert.Equal(physical, profile.PhysicalCores);
        Assert.Equal(logical, profile.LogicalCores);
        Assert.Equal(ramMb, profile.RamTotalMb);
        Assert.Equal(form, profile.FormFactor);
        Assert.Equal(gpus, Names(profile, AcceleratorKind.GPU));
        Assert.Equal(npus, Names(profile, AcceleratorKind.NPU));
        Assert.Equal(cpu, Names(profile, AcceleratorKind.CPU));
        Assert.Equal(100 * 1024, profile.DiskFreeMb);
    }

    [Theory]
    [InlineData("raspberry-pi-5", "NEON FP16 RDM DotProd AES")]
    [InlineData("arduino-uno-q", "NEON AES")]
    [InlineData("galaxy-s24-termux", "NEON FP16 RDM DotProd I8MM BF16 SVE SVE2 AES")]
    [InlineData("this-machine", "SSE4.2 AVX F16C FMA AVX2 AVX-VNNI AVX-512F AVX-512BW AVX-512VBMI AVX-512-VNNI AVX-512-BF16 AES")]
    [InlineData("surface-laptop-7", "NEON FP16 RDM DotProd I8MM BF16 AES")]
    [InlineData("macbook-pro-m3", "NEON FP16 RDM DotProd I8MM BF16 AES")]
    [InlineData("intel-mac", "SSE4.2 AVX F16C FMA AVX2 AES")]
    public async Task Profile_CapturedMachine_NamesInstructionSetsOnce(string fixture, string expected)
    {
        var profile = await FixtureHost.Load(fixture).ProfileAsync(Token);

        Assert.Equal(expected, string.Join(' ', profile.InstructionSets));
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task Profile_CapturedMachine_HasOneRowPerKindAndProvesNothing(string fixture)
    {
        var profile = await FixtureHost.Load(fixture).ProfileAsync(Token);

        foreach (var kind in Enum.GetValues<AcceleratorKind>())
        {
            var rows = profile.Accelerators.Where(a => a.Kind == kind).ToArray();
            Assert.NotEmpty(rows);
            Assert.True(rows.Length == 1 || rows.All(r => r.Status == AcceleratorStatus.Detected), $"{fixture}: {kind}");
        }

        Assert.All(profile.Accelerators, a =>
        {
            Assert.NotEqual(AcceleratorStatus.Proven, a.Status);
            Assert.Null(a.ProvenAt);
            Assert.Null(a.Speed);
            Assert.NotEmpty(a.Source);
            Assert.Equal(a.Status == AcceleratorStatus.Absent, a.Name.Length == 0);
        });
        Assert.All(profile.Facts, f =>
        {
            Assert.NotEmpty(f.Name);
            Assert.NotEmpty(f.Value);
            Assert.NotEmpty(f.Source);
        });
        Assert.Equal(DeviceProfiler.AgentVersion, profile.AgentVersion);
        Assert.NotEmpty(profile.AgentVersion);
    }

    [Fact]
    public async Task Profile_Container_SaysItsLimitsAndWhereTheyComeFrom()
    {
        var profile = await FixtureHost.Load("container-cgroup").ProfileAsync(Token);

        Assert.Equal("/sys/fs/cgroup/memory.max (cgroup limit)", Fact(profile, "Memory").Source);
        Assert.Equal("128000 MiB", Fact(profile, "Memory of the host").Value);
        Assert.Equal("2 cores", Fact(profile, "CPU quota").Value);
        Assert.Equal("32", Fact(profile, "Logical cores of the host").Value);
        Assert.Equal("Docker", Fact(profile, "Container").Value);
        Assert.Equal("NVIDIA L4", Fact(profile, "GPU not passed in").Value);
    }

    [Fact]
    public async Task Profile_MacBook_NeverCarriesItsSerialNumber()
    {
        var profile = await FixtureHost.Load("macbook-pro-m3").ProfileAsync(Token);

        Assert.DoesNotContain("SECRETSERIAL", System.Text.Json.JsonSerializer.Serialize(profile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_NothingReadable_IsEmptyNotInvented()
    {
        var profile = await new FixtureHost { DiskFree = null }.ProfileAsync(Token);

        Assert.Equal(("", "", ""), (profile.Os, profile.Machine, profile.CpuModel));
        Assert.Null(profile.PhysicalCores);
        Assert.Null(profile.DiskFreeMb);
        Assert.Equal(0, profile.RamTotalMb);
        Assert.Equal(FormFactor.Unknown, profile.FormFactor);
        Assert.Empty(profile.InstructionSets);
        Assert.Equal("x64 processor", Names(profile, AcceleratorKind.CPU));
        Assert.Equal("", Names(profile, AcceleratorKind.GPU));
    }

    private static HardwareFact Fact(DeviceProfile profile, string name) => Assert.Single(profile.Facts, f => f.Name == name);

    private static string Names(DeviceProfile profile, AcceleratorKind kind) =>
        string.Join("; ", profile.Accelerators.Where(a => a.Kind == kind).Select(a => a.Name));
}
