using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Core.Devices;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Models.Store;

/// <summary>Repositories that hold one model for several kinds of hardware, as their makers lay them out.</summary>
public sealed class TextVariantsTests
{
    private static readonly string[] Phi3 =
    [
        "README.md", "config.json",
        "cpu_and_mobile/cpu-int4-rtn-block-32/genai_config.json", "cpu_and_mobile/cpu-int4-rtn-block-32/phi3.onnx", "cpu_and_mobile/cpu-int4-rtn-block-32/tokenizer.json",
        "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/genai_config.json", "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/phi3.onnx",
        "cuda/cuda-fp16/genai_config.json", "cuda/cuda-fp16/phi3.onnx", "cuda/cuda-int4-rtn-block-32/genai_config.json", "cuda/cuda-int4-rtn-block-32/phi3.onnx",
        "directml/directml-int4-awq-block-128/genai_config.json", "directml/directml-int4-awq-block-128/model.onnx",
    ];

    private static readonly string[] Foundry = ["v1/config.json", "qnn-npu/genai_config.json", "qnn-npu/model.onnx", "generic-cpu/genai_config.json", "generic-cpu/model.onnx", "webgpu/genai_config.json", "webgpu/model.onnx"];

    private static readonly string[] Community = ["config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model_q4.onnx", "onnx/model_fp16.onnx"];

    [Theory]
    [InlineData(AcceleratorKind.CPU, "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4")]
    [InlineData(AcceleratorKind.GPU, "cuda/cuda-int4-rtn-block-32")]
    public void Best_RepositoryWithFolders_IsTheOneForTheHardware(AcceleratorKind kind, string folder) => Assert.Equal(folder, TextVariants.Best(TextVariants.Of(Phi3), kind));

    [Theory]
    [InlineData(AcceleratorKind.CPU, "generic-cpu")]
    [InlineData(AcceleratorKind.GPU, "webgpu")]
    [InlineData(AcceleratorKind.NPU, "qnn-npu")]
    public void Best_FoldersNamedAfterEngines_IsTheOneForTheHardware(AcceleratorKind kind, string folder) => Assert.Equal(folder, TextVariants.Best(TextVariants.Of(Foundry), kind));

    [Fact]
    public void Of_OneModelInSeveralPrecisions_IsTheRootAlone()
    {
        Assert.Equal([""], TextVariants.Of(Community));
        Assert.Equal(Community, TextVariants.Needed(Community, f => f));
    }

    [Fact]
    public void Needed_RepositoryWithFolders_LeavesOutWhatTheCpuDoesNotRun() => Assert.Equal(
        ["README.md", "config.json", "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/genai_config.json", "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/phi3.onnx"],
        TextVariants.Needed(Phi3, f => f));

    [Fact]
    public async Task Install_FolderOfARepository_TakesTheVariantForTheCpu()
    {
        using var fixture = new StoreFixture();
        using var folder = new TemporaryDirectory();
        foreach (var file in Phi3)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            await File.WriteAllTextAsync(folder[file], file, TestContext.Current.CancellationToken);
        }

        var manifest = await fixture.InstallAsync(new FolderSource(folder.Path));

        Assert.Equal(ModelKind.TextOnnx, manifest.Kind);
        Assert.Equal(["config.json", "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/genai_config.json", "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/phi3.onnx"],
            manifest.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("model_index.json,text_encoder/config.json,text_encoder/model.onnx,unet/config.json,unet/model.onnx,vae_decoder/config.json,vae_decoder/model.onnx")]
    [InlineData("encoder/config.json,encoder/model.onnx,decoder/config.json,decoder/model.onnx")]
    [InlineData("genai_config.json,model.onnx,adapter/genai_config.json,adapter/model.onnx")]
    [InlineData("README.md")]
    public void Needed_PartsOfOneModel_AreAllKept(string files) => Assert.Equal(files.Split(','), TextVariants.Needed(files.Split(','), f => f));

    [Fact]
    public void Needed_WhatWasAskedForIsOneVariant_KeepsIt()
    {
        string[] cuda = [.. Phi3.Where(f => f.StartsWith("cuda/cuda-fp16/", StringComparison.Ordinal))];
        Assert.Equal(cuda, TextVariants.Needed(cuda, f => f));
        Assert.Empty(TextVariants.Of([]));
        Assert.Null(TextVariants.Best([], AcceleratorKind.CPU));
    }
}
