using System.IO.Compression;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.QaiHub.Onnx;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Models;

public sealed class ModelPackageTests : IDisposable
{
    private static readonly byte[] Good = OnnxFile.Model(OnnxFile.Weight("w", 200_000), OnnxFile.Input("x", 1, 1, 4));
    private static readonly byte[] External = OnnxFile.Model(OnnxFile.Input("x", 1, 1, 4), OnnxFile.ExternalWeight("w"));
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_OnnxFile_ReadsItsInputs()
    {
        File.WriteAllBytes(_directory["m.ONNX"], Good);
        var package = ModelPackage.Open(_directory["m.ONNX"]);
        Assert.Equal("x: Float32 [1, 4]", Assert.Single(package.Onnx!.Inputs).ToString());
        Assert.Equal(new ModelUpload(_directory["m.ONNX"], ModelType.Onnx, "n"), await package.PrepareAsync("n", _directory["unused.zip"], TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_directory["unused.zip"]));
    }

    [Theory]
    [InlineData("net.dlc", ModelType.QnnDlc)]
    [InlineData("net.BIN", ModelType.QnnContextBinary)]
    public void Open_WhatQualcommsToolsMade_IsTakenAsItIs(string name, ModelType type)
    {
        File.WriteAllBytes(_directory[name], [1, 2, 3]);
        Assert.Equal((type, false), (ModelPackage.Open(_directory[name]).Type, ModelPackage.Open(_directory[name]).IsZip));
    }

    [Theory]
    [InlineData("net", "m.aimet")]
    [InlineData("net.aimet", "net.aimet")]
    public async Task Open_AimetFolder_IsZippedAsTheServiceWantsIt(string folder, string root)
    {
        Directory.CreateDirectory(_directory[folder]);
        File.WriteAllBytes(_directory[folder + "/m.onnx"], External);
        File.WriteAllText(_directory[folder + "/m.data"], "weights");
        File.WriteAllText(_directory[folder + "/m.encodings"], "{}");
        var upload = await ModelPackage.Open(_directory[folder]).PrepareAsync("n", _directory["up.zip"], TestContext.Current.CancellationToken);
        Assert.Equal(new ModelUpload(_directory["up.zip"], ModelType.AimetOnnx, "n", true), upload);
        using (var zip = await ZipFile.OpenReadAsync(_directory["up.zip"], TestContext.Current.CancellationToken))
        {
            Assert.Equal([root + "/m.data", root + "/m.encodings", root + "/m.onnx"], zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
        }

        // And such a zip is taken as it is.
        var again = ModelPackage.Open(_directory["up.zip"]);
        Assert.Equal((ModelType.AimetOnnx, true, "x"), (again.Type, again.IsZip, Assert.Single(again.Onnx!.Inputs).Name));
    }

    [Fact]
    public void Open_AimetZip_WithoutItsFolder_OrWithTwoEncodings_SaysWhatToDo()
    {
        Zip("flat.zip", "m.onnx", "m.encodings");
        Assert.Contains("not in a folder that ends in .aimet", Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory["flat.zip"])).Cause, StringComparison.Ordinal);
        Zip("two.zip", "a.aimet/m.onnx", "a.aimet/m.encodings", "a.aimet/n.encodings");
        Assert.Contains("several .encodings files", Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory["two.zip"])).Cause, StringComparison.Ordinal);
        Zip("elsewhere.zip", "a/m.onnx", "notes/m.encodings");
        Assert.Equal(ModelType.Onnx, ModelPackage.Open(_directory["elsewhere.zip"]).Type);

        void Zip(string name, params string[] entries)
        {
            using var zip = ZipFile.Open(_directory[name], ZipArchiveMode.Create);
            foreach (var entry in entries)
            {
                using var content = zip.CreateEntry(entry).Open();
                content.Write(Good);
            }
        }
    }

    [Fact]
    public void Open_TorchExport_SaysWhatToDo()
    {
        File.WriteAllBytes(_directory["net.pt2"], [1]);
        Assert.Equal("Export it as ONNX or TorchScript.", Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory["net.pt2"])).Remedy);
    }

    [Fact]
    public async Task Open_Folder_IsZippedForTheUpload()
    {
        Directory.CreateDirectory(_directory["model"]);
        File.WriteAllBytes(_directory["model/m.onnx"], External);
        File.WriteAllText(_directory["model/m.data"], "weights");
        var package = ModelPackage.Open(_directory["model"]);
        var upload = await package.PrepareAsync("n", _directory["up.zip"], TestContext.Current.CancellationToken);
        Assert.Equal(new ModelUpload(_directory["up.zip"], ModelType.Onnx, "n", true), upload);
        using (var zip = ZipFile.OpenRead(_directory["up.zip"]))
        {
            Assert.Equal(["model/m.data", "model/m.onnx"], zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
        }

        var again = ModelPackage.Open(_directory["up.zip"]);
        Assert.Equal((true, "x"), (again.IsZip, Assert.Single(again.Onnx!.Inputs).Name));
    }

    [Fact]
    public void Open_CompressedZip_IsReadWithoutUnpacking()
    {
        using (var zip = ZipFile.Open(_directory["m.zip"], ZipArchiveMode.Create))
        using (var entry = zip.CreateEntry("../../m.onnx", CompressionLevel.Fastest).Open())
        {
            entry.Write(Good);
        }

        Assert.Equal("x", Assert.Single(ModelPackage.Open(_directory["m.zip"]).Onnx!.Inputs).Name); // its name is never a path here
        Assert.Single(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Theory]
    [InlineData("m.tflite", ModelType.Tflite)]
    [InlineData("m.pt", ModelType.Torchscript)]
    public void Open_OtherFiles_GoByTheirEnding(string name, ModelType type)
    {
        File.WriteAllText(_directory[name], "x");
        Assert.Equal(type, ModelPackage.Open(_directory[name]).Type);
    }

    [Fact]
    public void Open_WhatCannotBeUploaded_IsNamed()
    {
        File.WriteAllBytes(_directory["external.onnx"], External);
        File.WriteAllText(_directory["text.onnx"], "hello");
        File.WriteAllText(_directory["not.zip"], "hello");
        File.WriteAllText(_directory["what.xyz"], "hello");
        Directory.CreateDirectory(_directory["empty"]);
        foreach (var name in (string[])["external.onnx", "text.onnx", "not.zip", "what.xyz", "empty"])
        {
            Assert.Equal(HubFailure.BadModel, Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory[name])).Kind);
        }

        Assert.Equal(HubFailure.LocalFile, Assert.Throws<QaiHubException>(() => ModelPackage.Open(_directory["absent.onnx"])).Kind);
    }
}
