using System.Text.Json;
using EdgeMesh.Agent.Cli.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Options;

/// <summary>The inputs of a compile job beside those that the model has: said before anything is sent, all at once, each by its name.</summary>
public sealed class InputCheckTests
{
    private static readonly HubDevice Laptop = new("Laptop", "11", ["framework:onnx"], "");
    private static readonly OptionLine Onnx = OptionLine.Parse("--target_runtime onnx");
    private static readonly ImmutableArray<TensorSpec> Own =
        [Spec("image", "batch, 3, height, width"), Spec("sr", "[]", TensorDtype.Int64), Spec("mask", "1, 4")];

    [Theory]
    [InlineData("image=1,3,8,8 sr=[] mask=1,4", "")]
    [InlineData("image=1,3,8,8 sr= mask=1,4", "")]
    [InlineData("image=1,3,8,8 sr=() mask=1,4", "")]
    [InlineData("image=1,3,8,8 sr=scalar mask=1,4", "")]
    [InlineData("picture=1,3,8,8 sr=[] mask=1,4", "picture: has no input|image: is missing")]
    [InlineData("image=1,3,8,8 mask=1,4", "sr: is missing")]
    [InlineData("image=1,3,8 sr=[] mask=1,4", "image: 4 sizes")]
    [InlineData("image=1,3,8,8 sr=1 mask=1,4", "sr: a scalar")]
    [InlineData("image=[] sr=[] mask=1,4", "image: a scalar was given")]
    [InlineData("image=1,4,8,8 sr=[] mask=1,4", "image: Size 2 of input 'image' is 3")]
    [InlineData("image=1,3,8,8 sr=[] mask=1,5", "mask: Size 2 of input 'mask' is 4")]
    [InlineData("image=1,3,8,8 sr=[]:float32 mask=1,4", "sr: int64")]
    [InlineData("image=1,3,height,width sr=[] mask=1,4", "image: height, width")]
    [InlineData("image=1,3,?,8 sr=[] mask=1,4", "image: 1, 3, ?, 8")]
    public void Check_InputsBesideTheModels_AreNamedOneByOne(string given, string expected)
    {
        // Without those of the model, as for the page; the command line lays them over.
        var inputs = InputShapes.Apply([], given.Split(' ').Select(g => g.Contains(':', StringComparison.Ordinal) || !g.StartsWith("sr", StringComparison.Ordinal) ? g : g + ":int64"));
        var findings = CompileChecks.Check(Laptop, inputs, [], Onnx, Own).Where(f => f.Blocks).ToList();
        var wanted = expected.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split(": ", 2)).ToList();
        Assert.Equal(wanted.Select(w => w[0]).Order(StringComparer.Ordinal), findings.Select(f => f.About).Order(StringComparer.Ordinal));
        Assert.All(wanted, w => Assert.Contains(findings, f => f.About == w[0] && f.Cause.Contains(w[1], StringComparison.Ordinal)));
        Assert.All(findings, f => Assert.NotEmpty(f.Remedy));
    }

    [Fact]
    public void Check_ModelNotKnown_ComparesNothing() => Assert.Empty(CompileChecks.Check(Laptop, [Spec("anything", "1")], [], Onnx));

    [Fact]
    public void Check_NoInputsGiven_TakesTheModelsOwn() => Assert.Empty(CompileChecks.Check(Laptop, [], [], Onnx, Own));

    [Fact]
    public void Check_ShapeNobodyGave_IsUnknownAndNoScalar()
    {
        var finding = Assert.Single(CompileChecks.Check(Laptop, [new TensorSpec("x", [], TensorDtype.Float32) { HasShape = false }], [], Onnx));
        Assert.True(finding.Blocks);
        Assert.Contains("not known", finding.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_len, box", "max_len|box")]
    [InlineData("1x3x224x224", "1|3|224|224")]
    [InlineData("1 x 3", "1|3")]
    [InlineData("1×3×h", "1|3|h")]
    [InlineData("(1,)", "1")]
    [InlineData("p2o.DynamicDimension.0, 3", "p2o.DynamicDimension.0|3")]
    public void ParseShape_NamesWithAnX_AreNotTornApart(string text, string sizes) =>
        Assert.Equal(sizes.Split('|'), TensorSpec.ParseShape(text)!.Value.Select(d => d.ToString()));

    [Theory]
    [InlineData("[]")]
    [InlineData("()")]
    [InlineData(" [ ] ")]
    [InlineData("scalar")]
    public void ParseShape_Scalar_HasNoSizes(string text) => Assert.Empty(TensorSpec.ParseShape(text)!.Value);

    [Fact]
    public void ParseShape_NothingTyped_IsNoShape() => Assert.Null(TensorSpec.ParseShape("  "));

    [Fact]
    public void Spec_KeptAndReadAgain_IsTheSame()
    {
        TensorSpec[] specs = [.. Own, new TensorSpec("x", [], TensorDtype.Float32) { HasShape = false }];
        Assert.Equal(specs, JsonSerializer.Deserialize<TensorSpec[]>(JsonSerializer.Serialize(specs)));
    }

    [Theory]
    [InlineData("--truncate_64bit_io", true)]
    [InlineData("--truncate_64bit_io True", true)]
    [InlineData("--truncate_64bit_io False", false)]
    [InlineData("", false)]
    public void Check_TruncationWithAValue_IsRead(string options, bool passes) => Assert.Equal(
        passes,
        CompileChecks.Check(Laptop, [Spec("ids", "1, 4", TensorDtype.Int64)], [], OptionLine.Parse($"--target_runtime tflite {options}")).All(f => !f.Blocks));

    private static TensorSpec Spec(string name, string shape, TensorDtype type = TensorDtype.Float32) => new(name, TensorSpec.ParseShape(shape)!.Value, type);
}
