using EdgeMesh.QaiHub.Models;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Contract;

/// <summary>Files that real exporters wrote.</summary>
public sealed class RealModelTests
{
    private static readonly string BuiltIn = Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Agent", "BuiltInModels");

    [Fact]
    public void Open_BuiltInImageModel_ReadsNamesShapesAndTypes()
    {
        var onnx = ModelPackage.Open(Path.Combine(BuiltIn, "fashion-diffusion", "unet", "model.onnx")).Onnx!;
        Assert.Contains(onnx.Inputs, i => i.Name == "sample" && i.Shape.Length == 4);
        Assert.NotEmpty(onnx.Outputs);
        Assert.False(onnx.HasExternalData);
    }

    [Fact]
    public void Open_BuiltInTextModelFolder_ReadsItsCacheInputs()
    {
        var onnx = ModelPackage.Open(Path.Combine(BuiltIn, "wordnet-chat", "onnx")).Onnx!;
        Assert.Contains(onnx.Inputs, i => i.Name == "input_ids" && !i.IsStatic);
        Assert.Contains(onnx.Inputs, i => i.Name.StartsWith("past_key_values", StringComparison.Ordinal));
    }
}
