using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.QaiHub.Zoo;

namespace EdgeMesh.Tests.QaiHub.Zoo;

public sealed class ZooFactsTests
{
    [Fact]
    public void Models_EveryRowOfTheTablesIsThere()
    {
        Assert.Equal(31, ZooFacts.Models.Length);
        Assert.Equal(737, ZooFacts.Models.Sum(m => m.Builds.Sum(b => b.Parts.Length)));
        Assert.Equal(57, ZooFacts.Models.Sum(m => m.Builds.Count(b => b.Text is not null)));
        Assert.Equal(16, ZooFacts.Chips.Length);
    }

    [Fact]
    public void Builds_AllHaveAFigure_AndTheBestIsFirst() => Assert.All(ZooFacts.Models, model =>
    {
        Assert.NotEmpty(model.Builds);
        Assert.All(model.Builds, b => Assert.True(b.Text is not null ? b.Parts.IsEmpty && b.Text.TokensPerSecond > 0 : b.TotalMs > 0));
        Assert.Equal(model.Builds.Select(b => b.Rank).Order(), model.Builds.Select(b => b.Rank));
        Assert.Equal(model.Builds.Length, model.Builds.Select(b => (b.Runtime, b.Precision, b.Chip)).Distinct().Count());
    });

    [Fact]
    public void Figures_AreTheOnesThatWerePublished()
    {
        var whisper = ZooFacts.Find("whisper_base")!.Find("precompiled_qnn_onnx", "float", "qualcomm-snapdragon-x-elite")!;
        Assert.Equal(["encoder", "decoder"], whisper.Parts.Select(p => p.Name));
        Assert.All(whisper.Parts, p => Assert.True(p.NpuLayers > 0 && p.CpuLayers == 0));
        var falcon = ZooFacts.Find("falcon_v3_7b_instruct")!.Find("genie", "w4a16", "qualcomm-snapdragon-x-elite")!;
        Assert.Equal((4096, 9.96829, 197.3798), (falcon.Text!.Context, falcon.Text.TokensPerSecond, falcon.Text.FirstTokenMs.Short));
    }

    [Theory]
    [InlineData("qualcomm-snapdragon-x-elite", "Snapdragon X Elite", "v73")]
    [InlineData("qualcomm-qcs8275-proxy", "Dragonwing IQ-8275", "v75")]
    [InlineData("qualcomm-qcs8450-proxy", "QCS8450", null)]
    public void Chips_AreThoseOfDevices(string chipset, string name, string? hexagon)
    {
        var chip = ZooFacts.Chips.Single(c => c.Chipset == chipset);
        Assert.Equal((name, hexagon), (chip.Name, chip.Target.Hexagon));
    }

    // The forms that public documents and programs name.
    [Theory]
    [InlineData("easyocr", "onnx", "float", "qualcomm-snapdragon-x-elite", "0.62.2", "models/easyocr/releases/v0.62.2/easyocr-onnx-float.zip")]
    [InlineData("whisper_base", "precompiled_qnn_onnx", "float", "qualcomm-snapdragon-x-elite", "0.62.2", "models/whisper_base/releases/v0.62.2/whisper_base-precompiled_qnn_onnx-float-qualcomm_snapdragon_x_elite.zip")]
    [InlineData("stable_diffusion_v1_5", "qnn_context_binary", "w8a16", "qualcomm-snapdragon-8gen3", "0.63.0", "models/stable_diffusion_v1_5/releases/v0.63.0/stable_diffusion_v1_5-qnn_context_binary-w8a16-qualcomm_snapdragon_8gen3.zip")]
    [InlineData("mobilenet_v2", "qnn_dlc", "float", "qualcomm-snapdragon-8gen3", "0.47.0", "models/mobilenet_v2/releases/v0.47.0/mobilenet_v2-qnn_dlc-float.zip")]
    [InlineData("falcon_v3_7b_instruct", "genie", "w4a16", "qualcomm-snapdragon-x-elite", "0.47.0", "models/falcon_v3_7b_instruct/releases/v0.47.0/falcon_v3_7b_instruct-genie-w4a16-qualcomm_snapdragon_x_elite.zip")]
    public void Address_HasTheKnownForm(string model, string runtime, string precision, string chipset, string release, string path)
    {
        var build = ZooFacts.Find(model)!.Builds.First(b => b.Runtime.Value == runtime && b.Precision == precision && (b.Chip.Chipset == chipset || !b.Runtime.OneChip));
        Assert.Equal("https://qaihub-public-assets.s3.us-west-2.amazonaws.com/qai-hub-models/" + path, ZooAddress.Of(build, release));
    }

    [Theory]
    [InlineData("0.47.0", true)]
    [InlineData("v0.47.0", false)]
    [InlineData("0.47", false)]
    [InlineData("0.47.0/../..", false)]
    [InlineData("0.47.0\n", false)]
    [InlineData("", false)]
    public void Release_OnlyThreeNumbers(string text, bool right) => Assert.Equal(right, ZooAddress.IsRelease(text));

    [Theory]
    [InlineData("https://example.org/m.zip", true)]
    [InlineData("http://127.0.0.1:5/m.zip", true)]
    [InlineData("ftp://example.org/m.zip", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("https://ada:secret@example.org/m.zip", false)]
    [InlineData("", false)]
    public void Address_OfAPerson_IsChecked(string address, bool right) => Assert.Equal(right, ZooAddress.Wrong(address) is null);

    [Fact]
    public void Filter_LeavesOnlyTheBuildsThatFit()
    {
        Assert.All(Left(new ZooFilter(Chipset: "qualcomm-snapdragon-x-elite", Runtime: "onnx")).SelectMany(m => m.Builds), b => Assert.Equal(("qualcomm-snapdragon-x-elite", "onnx"), (b.Chip.Chipset, b.Runtime.Value)));
        Assert.All(Left(new ZooFilter("x elite whisper")), m => Assert.Equal("Speech to text", m.Task));
        Assert.Equal(["YOLOv11-Detection", "YOLOv8-Detection"], Left(new ZooFilter(Task: "Object detection")).Select(m => m.Name));
        Assert.All(new ZooFilter(InMesh: true).Apply(ZooFacts.Models, c => c.Chipset == "qualcomm-qcs6490").SelectMany(m => m.Builds), b => Assert.Equal("qualcomm-qcs6490", b.Chip.Chipset));
        Assert.Empty(Left(new ZooFilter("typewriter")));
        Assert.Equal(ZooFacts.Models.Length, Left(ZooFilter.None).Length);
    }

    [Fact]
    public void Facts_SayWhereABuildMayGo()
    {
        var model = ZooFacts.Find("whisper_base")!;
        Assert.Equal(ArtifactKind.PrecompiledQnnOnnx, model.Find("precompiled_qnn_onnx", "float", "qualcomm-snapdragon-x-elite")!.Facts.Kind);
        Assert.Equal(["qualcomm-snapdragon-x-elite", "sc8380xp"], model.Find("precompiled_qnn_onnx", "float", "qualcomm-snapdragon-x-elite")!.Facts.Target.Chipsets);
        Assert.Empty(ZooFacts.Find("mobilenet_v2")!.Builds.First(b => b.Runtime.Value == "onnx").Facts.Target.Chipsets);
    }

    private static ImmutableArray<ZooModel> Left(ZooFilter filter) => filter.Apply(ZooFacts.Models, _ => false);
}
