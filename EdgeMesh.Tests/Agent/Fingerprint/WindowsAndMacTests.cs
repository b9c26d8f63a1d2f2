using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.MacOs;
using EdgeMesh.Agent.Fingerprint.Sampling;
using EdgeMesh.Agent.Fingerprint.Windows;
using EdgeMesh.Core.Devices;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>The parsers of Windows and macOS beyond the captured machines.</summary>
public sealed class WindowsAndMacTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("Get-CimInstance : Access denied")]
    [InlineData("[]")]
    [InlineData("{\"os\":null,\"cpu\":[null,1,\"x\"],\"machine\":{},\"gpu\":[{}],\"npu\":[{\"Name\":5}],\"battery\":[]}")]
    [InlineData("{\"cpu\":[{\"Name\":\"\\ud800\",\"NumberOfCores\":99999999999}],\"enclosure\":[{\"ChassisTypes\":[1e99,\"x\"]}]}")]
    public void WindowsApply_Garbage_LeavesAllUnknown(string json)
    {
        var draft = new ProfileDraft("/data");

        WindowsFingerprint.Apply(json, draft);

        Assert.Equal(("", "", null, FormFactor.Unknown), (draft.Os, draft.Machine, draft.PhysicalCores, draft.FormFactor));
        Assert.False(draft.Has(AcceleratorKind.NPU) && draft.Has(AcceleratorKind.GPU));
    }

    [Fact]
    public async Task Windows_PowerShellMissing_FallsBackToTheRuntime()
    {
        var host = new FixtureHost { Runtime = new RuntimeFacts(HostPlatform.Windows, "x64", "x64", "Microsoft Windows 10.0.26100", 8, 16L << 30, ["AVX2"], []) };
        host.Environment["PROCESSOR_IDENTIFIER"] = "Intel64 Family 6 Model 183 Stepping 1, GenuineIntel";

        var profile = await host.ProfileAsync(Token);

        Assert.Equal("Microsoft Windows 10.0.26100", profile.Os);
        Assert.Equal("Intel64 Family 6 Model 183 Stepping 1, GenuineIntel", profile.CpuModel);
        Assert.Equal((8, 16384L), (profile.LogicalCores, profile.RamTotalMb));
        Assert.Null(profile.PhysicalCores);
    }

    [Fact]
    public async Task Windows_Profile_AsksPowerShellOnce()
    {
        var host = FixtureHost.Load("surface-laptop-7");

        await host.ProfileAsync(Token);

        Assert.Single(host.Ran);
    }

    [Fact]
    public async Task Windows_GpuWithAProblem_SaysSoInItsSource()
    {
        var profile = await FixtureHost.Load("desktop-nvidia").ProfileAsync(Token);

        Assert.Equal("Win32_VideoController (status Error)", profile.Accelerators.Single(a => a.Name == "Intel UHD Graphics 770").Source);
        Assert.Contains(profile.Facts, f => f is { Name: "Display adapter without GPU", Value: "Parsec Virtual Display Adapter" });
    }

    [Fact]
    public void WindowsApply_ArraysAsPowerShell5WrapsThem_AreRead()
    {
        var draft = new ProfileDraft("/data");

        WindowsFingerprint.Apply("{\"machine\":{\"Model\":\"X\"},\"enclosure\":{\"value\":[{\"ChassisTypes\":{\"value\":[10],\"Count\":1}}],\"Count\":1}}", draft);

        Assert.Equal(FormFactor.Laptop, draft.FormFactor);
    }

    [Fact]
    public async Task EmulatedProcess_IsSaid()
    {
        var host = FixtureHost.Load("surface-laptop-7");
        host.Runtime = host.Runtime with { ProcessArchitecture = "x64" };

        var profile = await host.ProfileAsync(Token);

        Assert.Equal("arm64", profile.Architecture);
        Assert.Contains(profile.Facts, f => f is { Name: "Agent runs as", Value: "x64 (emulated)" });
    }

    [Theory]
    [InlineData(1, 8, 80, 80, true)]
    [InlineData(0, 1, 55, 55, false)]
    [InlineData(255, 1, 55, 55, null)]
    public void WindowsBattery_Status_IsRead(byte ac, byte flag, byte percent, int expected, bool? charging) =>
        Assert.Equal(new BatteryReading(expected, charging), Reading(ac, flag, percent));

    [Theory]
    [InlineData(1, 128, 255)]
    [InlineData(1, 255, 50)]
    [InlineData(1, 0, 255)]
    public void WindowsBattery_NoneOrUnknown_IsNull(byte ac, byte flag, byte percent) => Assert.Null(Reading(ac, flag, percent));

    [Theory]
    [InlineData("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t100%; charged; 0:00 remaining present: true", 100, true)]
    [InlineData("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t7%; discharging; (no estimate) present: true", 7, false)]
    [InlineData(" -InternalBattery-0 (id=1)\t50%; present: true", 50, null)]
    public void Pmset_Battery_IsRead(string output, int percent, bool? charging) =>
        Assert.Equal(new BatteryReading(percent, charging), PmsetBattery.Parse(output));

    [Theory]
    [InlineData("")]
    [InlineData("Now drawing from 'AC Power'")]
    [InlineData("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t 0%; present: false")]
    [InlineData("Now drawing from 'UPS Power'\n -APC UPS (id=2)\t90%; charging present: true")]
    [InlineData("-InternalBattery %")]
    [InlineData("-InternalBattery 99999999999%")]
    public void Pmset_NoBattery_IsNull(string output) => Assert.Null(PmsetBattery.Parse(output));

    [Fact]
    public void SystemProfiler_Garbage_LeavesAllUnknown()
    {
        var draft = new ProfileDraft("/data");

        SystemProfilerFingerprint.Apply("{\"SPHardwareDataType\":[{}],\"SPDisplaysDataType\":[{\"sppci_cores\":4},7]}", draft);

        Assert.Empty(draft.Build("arm64", "1").Facts);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Interoperability", "CA1416", Justification = "A pure function of three bytes.")]
    private static BatteryReading? Reading(byte ac, byte flag, byte percent) => WindowsSampler.Reading(ac, flag, percent);
}
