using System.IO.Compression;
using System.Text;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Onnx;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Onnx;

/// <summary>Weights beside the model are found wherever in the graph a tensor may be.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private static readonly byte[] External = [.. OnnxFile.Bytes(8, "w"u8), .. Location("model.data")];
    private readonly TemporaryDirectory _directory = new();

    /// <summary>Each place of a tensor, as a model.</summary>
    public static TheoryData<string, byte[]> Places => new()
    {
        { "an initializer", Model(OnnxFile.Bytes(5, External)) },
        { "a sparse initializer's values", Model(OnnxFile.Bytes(15, OnnxFile.Bytes(1, External))) },
        { "a sparse initializer's indices", Model(OnnxFile.Bytes(15, OnnxFile.Bytes(2, External))) },
        { "a Constant", Model(Node(OnnxFile.Bytes(5, External))) },
        { "a list of tensors", Model(Node(OnnxFile.Bytes(10, External))) },
        { "a sparse Constant", Model(Node(OnnxFile.Bytes(22, OnnxFile.Bytes(1, External)))) },
        { "a list of sparse tensors", Model(Node(OnnxFile.Bytes(23, OnnxFile.Bytes(2, External)))) },
        { "an initializer of a branch", Model(Node(OnnxFile.Bytes(6, OnnxFile.Bytes(5, External)))) },
        { "a Constant of a branch in a loop", Model(Node(OnnxFile.Bytes(11, Node(OnnxFile.Bytes(6, Node(OnnxFile.Bytes(5, External))))))) },
        { "a Constant of a function", [.. Model(), .. OnnxFile.Bytes(25, OnnxFile.Bytes(7, OnnxFile.Bytes(5, OnnxFile.Bytes(5, External))))] },
        { "the default of a function's attribute", [.. Model(), .. OnnxFile.Bytes(25, OnnxFile.Bytes(11, OnnxFile.Bytes(5, External)))] },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public void Read_TensorBesideTheModel_IsSeen(string place, byte[] model)
    {
        var read = OnnxReader.Read(new MemoryStream(model));
        Assert.True(read.HasExternalData, place);
        Assert.Equal(["model.data"], read.ExternalFiles);
        Assert.Equal("x", Assert.Single(read.Inputs).Name);
    }

    [Fact]
    public void Read_TensorsInside_AreNotTakenForExternal()
    {
        var read = OnnxReader.Read(new MemoryStream(Model(Node(OnnxFile.Bytes(5, [.. OnnxFile.Bytes(8, "c"u8), .. OnnxFile.Bytes(9, new byte[64])])))));
        Assert.False(read.HasExternalData);
        Assert.Empty(read.ExternalFiles);
    }

    [Fact]
    public void Read_GraphsNestedWithoutEnd_AreRefused()
    {
        var inner = OnnxFile.Bytes(5, External);
        for (var i = 0; i < 200; i++)
        {
            inner = Node(OnnxFile.Bytes(6, inner));
        }

        Assert.Equal(HubFailure.BadModel, Assert.Throws<QaiHubException>(() => OnnxReader.Read(new MemoryStream(Model(inner)))).Kind);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Open_WithoutTheFile_IsRefusedByItsName(string place, byte[] model)
    {
        File.WriteAllBytes(_directory["m.onnx"], model);
        AssertRefused("m.onnx", "model.data", place);

        Directory.CreateDirectory(_directory["folder"]);
        File.WriteAllBytes(_directory["folder/m.onnx"], model);
        AssertRefused("folder", "model.data", place);

        Zip("m.zip", ("net/m.onnx", model), ("elsewhere/model.data", [1]));
        AssertRefused("m.zip", "model.data", place);
    }

    [Fact]
    public void Open_WithTheFile_IsTaken()
    {
        var model = Model(Node(OnnxFile.Bytes(5, External)));
        Directory.CreateDirectory(_directory["folder"]);
        File.WriteAllBytes(_directory["folder/m.onnx"], model);
        File.WriteAllBytes(_directory["folder/model.data"], [1]);
        Assert.True(ModelPackage.Open(_directory["folder"]).IsFolder);

        Zip("m.zip", ("net/m.onnx", model), ("net/model.data", [1]));
        Assert.True(ModelPackage.Open(_directory["m.zip"]).IsZip);
    }

    [Theory]
    [InlineData("../secret.data")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b.data")]
    [InlineData("C:\\weights.data")]
    public void Open_FileOutsideTheFolder_IsRefused(string location)
    {
        Directory.CreateDirectory(_directory["folder"]);
        File.WriteAllBytes(_directory["folder/m.onnx"], Model(OnnxFile.Bytes(5, Location(location))));
        AssertRefused("folder", "outside its folder", location);
    }

    [Fact]
    public void Open_CasesOfTheField_AreToldWithoutAPath()
    {
        File.Copy(Field("empty.onnx"), _directory["empty.onnx"]);
        var empty = Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory["empty.onnx"]));
        Assert.Equal("empty.onnx is empty.", empty.Cause);
        Assert.DoesNotContain("permission", empty.Message, StringComparison.Ordinal);

        File.Copy(Field("constant-external.onnx"), _directory["constant.onnx"]);
        AssertRefused("constant.onnx", "model.data", "alone");
        foreach (var absent in (string[])["absent.onnx", "absent.zip", "absent.pt"])
        {
            Assert.DoesNotContain(_directory.Path, Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory[absent])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_ScalarAndUnknownShapes_AreToldApart()
    {
        var scalar = OnnxReader.Read(Field("scalar-input.onnx")).Inputs;
        Assert.Equal([("x", "1, 8", true), ("gain", "scalar", true)], scalar.Select(i => (i.Name, i.ShapeText, i.IsStatic)));

        var unknown = Assert.Single(OnnxReader.Read(Field("no-shape.onnx")).Inputs);
        Assert.Equal(("x", "", false, false), (unknown.Name, unknown.ShapeText, unknown.HasShape, unknown.IsStatic));

        var open = OnnxReader.Read(Field("open-sizes.onnx")).Inputs;
        Assert.All(open, i => Assert.False(i.IsStatic));
    }

    internal static string Field(string name) => Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "field", name);

    private static byte[] Model(params byte[][] graph) => OnnxFile.Model([OnnxFile.Input("x", 1, 1, 4), .. graph]);

    private static byte[] Node(byte[] attributeValue) => OnnxFile.Bytes(1, [.. OnnxFile.Bytes(4, "Constant"u8), .. OnnxFile.Bytes(5, [.. OnnxFile.Bytes(1, "value"u8), .. attributeValue])]);

    private static byte[] Location(string file) => OnnxFile.Bytes(13, [.. OnnxFile.Bytes(1, "location"u8), .. OnnxFile.Bytes(2, Encoding.UTF8.GetBytes(file))]);

    private void Zip(string name, params (string Name, byte[] Content)[] files)
    {
        using var zip = ZipFile.Open(_directory[name], ZipArchiveMode.Create);
        foreach (var (path, content) in files)
        {
            using var entry = zip.CreateEntry(path).Open();
            entry.Write(content);
        }
    }

    private void AssertRefused(string name, string words, string place)
    {
        var failure = Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory[name]));
        Assert.True(failure.Kind == HubFailure.BadModel && failure.Cause.Contains(words, StringComparison.Ordinal), $"{place}: {failure.Message}");
        Assert.DoesNotContain(_directory.Path, failure.Message, StringComparison.Ordinal);
    }
}
