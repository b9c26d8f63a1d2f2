using EdgeMesh.Agent.Models.Store;

namespace EdgeMesh.Tests.Agent.Models.Store;

public sealed class ModelKindsTests
{
    [Theory]
    [InlineData("config.json,tokenizer.json,onnx/model.onnx", ModelKind.TextOnnx)]
    [InlineData("config.json,tokenizer.model,model.onnx", ModelKind.TextOnnx)]
    [InlineData("config.json,tokenizer.json,any-name-at-all.onnx", ModelKind.TextOnnx)]
    [InlineData("genai_config.json,tokenizer.json,model.onnx,model.onnx.data", ModelKind.TextOnnx)]
    [InlineData("genai_config.json,model.onnx", ModelKind.TextOnnx)]
    [InlineData("my-model/config.json,my-model/tokenizer.json,my-model/onnx/model_q4.onnx", ModelKind.TextOnnx)]
    [InlineData("config.json,cpu_and_mobile/cpu-int4/genai_config.json,cpu_and_mobile/cpu-int4/model.onnx,cpu_and_mobile/cpu-int4/tokenizer.json", ModelKind.TextOnnx)]
    [InlineData("tokenizer.json,cpu/config.json,cpu/model.onnx", ModelKind.TextOnnx)]
    [InlineData("config.json,model.onnx,preprocessor_config.json", ModelKind.Onnx)]
    [InlineData("other/tokenizer.json,net/config.json,net/model.onnx", ModelKind.Onnx)]
    [InlineData("model_index.json,unet/model.onnx,unet/config.json", ModelKind.ImageOnnx)]
    [InlineData("classifier.onnx,labels.txt", ModelKind.Onnx)]
    [InlineData("net_ctx.onnx,net_qnn.bin", ModelKind.EpContext)]
    [InlineData("qwen.Q4_K_M.gguf", ModelKind.Gguf)]
    [InlineData("net.dlc", ModelKind.QnnDlc)]
    [InlineData("net.tflite", ModelKind.TfLite)]
    [InlineData("readme.md", ModelKind.Other)]
    public void Of_FileNames_TellsTheKind(string files, ModelKind kind) => Assert.Equal(kind, ModelKinds.Of(files.Split(',')));

    [Fact]
    public void Parse_EveryWord_GivesItsKind()
    {
        Assert.All(Enum.GetValues<ModelKind>(), k => Assert.Equal(k, ModelKinds.Parse(ModelKinds.Word(k))));
        Assert.All(["", "ONNX", "0", "nothing"], w => Assert.Null(ModelKinds.Parse(w)));
    }

    [Fact]
    public void Estimate_UnknownSize_IsUnknown()
    {
        Assert.Null(MemoryEstimate.Of([("a.onnx", 5), ("b.gguf", null)]));
        Assert.Equal(MemoryEstimate.BesideWeights + 7, MemoryEstimate.Of([("a.onnx", 3), ("a.onnx_data", 4), ("config.json", 100)]));
        Assert.Equal(0, MemoryEstimate.Of([("config.json", 100)]));
    }
}
