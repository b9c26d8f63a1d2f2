using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Tests.Core.Artifacts;

public sealed class ChipsetMatchTests
{
    private static readonly ChipsetTarget XElite = new(["qualcomm-snapdragon-x-elite", "sc8380xp"], "v73", 60);
    private static readonly RuntimeInfo Cpu = Runtime("onnx-cpu", RuntimeState.Ready);

    public static TheoryData<string> Names => [.. Chipsets.All.Select(c => c.Name)];

    [Theory]
    [InlineData("Snapdragon(R) X Elite - X1E80100 - Qualcomm(R) Oryon(TM) CPU", "Snapdragon X Elite")]
    [InlineData("Snapdragon(R) X Plus - X1P64100 - Qualcomm(R) Oryon(TM) CPU", "Snapdragon X Plus 10-core")]
    [InlineData("Snapdragon(R) X Plus - X1P42100 - Qualcomm(R) Oryon(TM) CPU", "Snapdragon X Plus 8-core")]
    [InlineData("Snapdragon(R) X - X126100 - Qualcomm(R) Oryon(TM) CPU", "Snapdragon X")]
    [InlineData("Snapdragon(R) X2 Elite - X2E88100 - Qualcomm(R) Oryon(TM) CPU", "Snapdragon X2 Elite")]
    [InlineData("Qualcomm Snapdragon 8 Gen 3 SM8650 (Cortex-X4, Cortex-A720)", "Snapdragon 8 Gen 3")]
    [InlineData("Qualcomm Snapdragon 8 Elite SM8750", "Snapdragon 8 Elite")]
    [InlineData("Qualcomm Snapdragon 8 Elite Gen 5 SM8850", "Snapdragon 8 Elite Gen 5")]
    [InlineData("QTI SM8550", "Snapdragon 8 Gen 2")]
    [InlineData("Qualcomm Dragonwing QCS6490", "Dragonwing QCS6490")]
    [InlineData("Google Tensor G4", "Google Tensor G4")]
    [InlineData("Qualcomm Snapdragon 8+ Gen 1 SM8475", null)]
    [InlineData("Snapdragon 8s Gen 3", null)]
    [InlineData("Qualcomm Dragonwing QRB2210", null)]
    [InlineData("AMD Ryzen 7 7840U", null)]
    [InlineData("Intel(R) Core(TM) Ultra 7 X Elite 8650", null)]
    [InlineData("", null)]
    public void Of_ProcessorName_GivesTheChip(string cpu, string? chip) => Assert.Equal(chip, ChipsetMatch.Of(Profile(cpu))?.Name);

    [Fact]
    public void Of_DeviceTree_GivesTheChip() =>
        Assert.Equal("Snapdragon X Elite", ChipsetMatch.Of(Profile("Oryon") with { Facts = [new HardwareFact("Device tree", "lenovo,yoga-slim7x, qcom,x1e80100", "/proc")] })?.Name);

    [Fact]
    public void Of_ADeviceThatHasNotLinked_IsUnknown() => Assert.Null(ChipsetMatch.Of(null));

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_EveryChipOfTheTable_IsFoundByEachOfItsSigns(string name)
    {
        var chip = Chipsets.All.Single(c => c.Name == name);
        Assert.All(chip.Signs, s => Assert.Equal(name, ChipsetMatch.Of(Profile($"Maker {s} (cores)"))?.Name));
        Assert.True(ChipsetMatch.Has(Profile(chip.Signs[0]), chip.ToTarget()));
    }

    [Theory]
    [InlineData("qualcomm-snapdragon-x-elite", null, null, true)]
    [InlineData("Qualcomm-Snapdragon-X-Elite", null, null, true)]
    [InlineData("qualcomm-something-new", "v73", 60, true)]
    [InlineData("qualcomm-something-new", "v75", 60, false)]
    [InlineData("qualcomm-snapdragon-8gen3", "v75", 57, false)]
    [InlineData("", null, null, false)]
    public void Has_Target_GoesByNameOrByNumberAndHexagon(string chipset, string? hexagon, int? soc, bool has) =>
        Assert.Equal(has, ChipsetMatch.Has(Profile("Snapdragon(R) X Elite - X1E80100"), new ChipsetTarget(chipset.Length == 0 ? [] : [chipset], hexagon, soc)));

    [Fact]
    public void Fit_PlainOnnx_FitsEveryDeviceWithOnnxRuntime()
    {
        var facts = new ArtifactFacts(ArtifactKind.Onnx, XElite);

        Said(true, true, "ONNX Runtime there runs it", facts, Device("AMD Ryzen", Cpu));
        Said(true, false, "not ready: a canary", facts, Device("AMD Ryzen", Runtime("onnx-cpu", RuntimeState.Down)));
        Said(false, false, "has no ONNX Runtime", facts, Device("AMD Ryzen"));
    }

    [Fact]
    public void Fit_Compiled_NeedsTheChip()
    {
        var facts = new ArtifactFacts(ArtifactKind.PrecompiledQnnOnnx, XElite);

        Said(false, false, "none that AI Hub compiles for (AMD Ryzen)", facts, Device("AMD Ryzen", Cpu));
        Said(false, false, "qualcomm-snapdragon-x-elite (Hexagon v73); this device has a Snapdragon 8 Gen 3 (Hexagon v75).", facts, Device("SM8650", Cpu));
        Said(false, false, "not known yet", facts, Device("AMD Ryzen", Cpu) with { Profile = null });
        Said(true, false, "kept there until its agent has QNN", facts, Device("X1E80100", Cpu));
        Said(true, false, "QNN there is not ready", facts, Device("X1E80100", Cpu, Runtime("onnx-qnn", RuntimeState.Down)));
        Said(true, true, "QNN there is proven", facts, Device("X1E80100", Cpu, Runtime("onnx-qnn", RuntimeState.Ready)));
    }

    [Theory]
    [InlineData(ArtifactKind.QnnContextBinary)]
    [InlineData(ArtifactKind.QnnDlc)]
    public void Fit_BareBinary_IsOnlyKept(ArtifactKind kind) =>
        Said(true, false, "ONNX Runtime does not load this format", new ArtifactFacts(kind, XElite), Device("X1E80100", Cpu, Runtime("onnx-qnn", RuntimeState.Ready)));

    [Fact]
    public void Fit_LiteRt_IsDownloadOnly() => Said(false, false, "download it", new ArtifactFacts(ArtifactKind.TfLite, XElite), Device("X1E80100", Cpu));

    private static void Said(bool fits, bool runs, string why, ArtifactFacts facts, DeviceSnapshot device)
    {
        var fit = ChipsetMatch.Fit(facts, device);
        Assert.Equal((fits, runs), (fit.Fits, fit.Runs));
        Assert.Contains(why, fit.Why, StringComparison.Ordinal);
    }

    private static DeviceProfile Profile(string cpu) => Any.Profile(AcceleratorStatus.Absent) with { CpuModel = cpu };

    private static DeviceSnapshot Device(string cpu, params ReadOnlySpan<RuntimeInfo> runtimes) => Any.Device() with { Profile = Profile(cpu), Runtimes = [.. runtimes] };

    private static RuntimeInfo Runtime(string id, RuntimeState state) =>
        new(id, "ONNX Runtime", state, state == RuntimeState.Ready ? null : "a canary run failed", [], [TaskKind.OnnxRun], AcceleratorKind.CPU);
}
