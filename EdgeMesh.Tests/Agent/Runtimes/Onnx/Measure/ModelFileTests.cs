using EdgeMesh.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;

public sealed class ModelFileTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("net.onnx,labels.txt", "", "net.onnx")]
    [InlineData("a/model.onnx,a/other.onnx", "", "a/model.onnx")]
    [InlineData("a.onnx,b/c.onnx", "b/c.onnx", "b/c.onnx")]
    public void Choose_Files_GivesTheOneToRun(string files, string wanted, string chosen) => Assert.Equal(chosen, ModelFile.Choose(Make(files), wanted));

    [Theory]
    [InlineData("a.onnx,b.onnx", "", ReasonCode.BadInput, "say which one to run: a.onnx, b.onnx")]
    [InlineData("a/model.onnx,b/model.onnx", "", ReasonCode.BadInput, "several ONNX files")]
    [InlineData("a.onnx", "c.onnx", ReasonCode.BadInput, "has no file c.onnx. It has a.onnx.")]
    [InlineData("a.onnx", "../a.onnx", ReasonCode.BadInput, "has no file")]
    [InlineData("a.bin", "", ReasonCode.Unsupported, "has no ONNX file")]
    public void Choose_NothingToRun_SaysWhy(string files, string wanted, ReasonCode reason, string why)
    {
        var failed = Assert.Throws<TaskFailedException>(() => ModelFile.Choose(Make(files), wanted));

        Assert.Equal(reason, failed.Reason);
        Assert.Contains(why, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Times_AreNearestRank()
    {
        Assert.Equal(new RunTimes(10, 1, 5, 9, 10), RunTimes.Of([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]));
        Assert.Equal(new RunTimes(1, 3, 3, 3, 3), RunTimes.Of([3]));
        Assert.Equal(new RunTimes(2, 1, 1, 2, 2), RunTimes.Of([2, 1]));
    }

    private string Make(string files)
    {
        foreach (var file in files.Split(','))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
            File.WriteAllText(_folder[file], "");
        }

        return _folder.Path;
    }
}
