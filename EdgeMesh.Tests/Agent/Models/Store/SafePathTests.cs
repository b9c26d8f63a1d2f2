using CsCheck;
using EdgeMesh.Agent.Models.Store;

namespace EdgeMesh.Tests.Agent.Models.Store;

public sealed class SafePathTests
{
    private static readonly string[] Pieces = ["..", ".", "a", "/", "\\", "C:", "nul", "~", " "];

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("onnx/model_q4f16.onnx_data")]
    [InlineData("a b/ä.json")]
    [InlineData(".gitattributes")]
    [InlineData("console.txt")]
    public void Check_OrdinaryName_IsTaken(string path) => Assert.Equal(path, SafePath.Check(path));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../x")]
    [InlineData("a/./x")]
    [InlineData("/x")]
    [InlineData("//host/share")]
    [InlineData("\\\\host\\share")]
    [InlineData("a\\b")]
    [InlineData("C:x")]
    [InlineData("c:/x")]
    [InlineData("x:stream")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("x.")]
    [InlineData("x ")]
    [InlineData(" x")]
    [InlineData("...")]
    [InlineData("nul")]
    [InlineData("CON.onnx")]
    [InlineData("a/com1")]
    [InlineData("aux .txt")]
    [InlineData("lpt¹")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a?b")]
    [InlineData("a*b")]
    public void Check_UnsafeName_IsRefused(string path) =>
        Assert.Equal(StoreFailure.UnsafePath, Assert.Throws<ModelStoreException>(() => SafePath.Check(path)).Failure);

    [Fact]
    public void Check_AnyNameItTakes_StaysInsideTheFolder() =>
        Gen.OneOf(Gen.String, Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 8].Select(string.Concat)).Sample(path =>
        {
            try
            {
                SafePath.Check(path);
            }
            catch (ModelStoreException)
            {
                return;
            }

            Assert.StartsWith("/root/model/", Path.GetFullPath(Path.Combine("/root/model", path)), StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("a.bin", "A.bin")]
    [InlineData("a", "a/b")]
    [InlineData("x/y/z", "X/Y")]
    public void CheckAll_Clash_IsRefused(string one, string other) =>
        Assert.Equal(StoreFailure.UnsafePath, Assert.Throws<ModelStoreException>(() => SafePath.CheckAll([one, other])).Failure);

    [Theory]
    [InlineData("onnx-community/Qwen3-0.6B", "onnx-community--qwen3-0.6b")]
    [InlineData("My Model (v2)", "my-model-v2")]
    [InlineData("fashion-diffusion", "fashion-diffusion")]
    public void From_NameOutside_IsCanonical(string name, string id) => Assert.Equal(id, ModelId.From(name).Value);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("A")]
    [InlineData("a/b")]
    [InlineData("nul")]
    [InlineData("-a")]
    public void Parse_NotAnId_IsRefused(string id) =>
        Assert.Equal(StoreFailure.UnsafePath, Assert.Throws<ModelStoreException>(() => ModelId.Parse(id)).Failure);
}
