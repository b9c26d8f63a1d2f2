using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>Model folders in which something is missing, cut off or garbled.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("config.json", "config.json of the model is not there")]
    [InlineData("onnx/model.onnx", "There is no ONNX file")]
    [InlineData("onnx/model.onnx_data", "which is not there")]
    public void Load_FileMissing_IsNamed(string file, string words)
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("external-data"), _folder.Path);
        File.Delete(Path.Combine(folder, file));

        Assert.Contains(words, Missing(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ConfigGarbled_IsNamed()
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("plain"), _folder.Path);
        File.WriteAllText(Path.Combine(folder, "config.json"), "{ \"vocab");

        Assert.Contains("config.json of the model is damaged", Missing(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void Load_ModelCutOff_IsNamed(double kept)
    {
        var folder = ModelFixtures.Copy(ModelFixtures.BuiltIn, _folder.Path);
        Cut(Path.Combine(folder, "onnx", "model_fp16.onnx"), kept);

        Assert.Contains("model_fp16.onnx is damaged", Missing(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightsCutOff_IsNamed()
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("external-data"), _folder.Path);
        Cut(Path.Combine(folder, "onnx", "model.onnx_data"), 0.5);

        Assert.Contains("model.onnx_data, the weights of model.onnx, is cut off", Missing(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Load_RandomBytes_IsNamed(int seed)
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("plain"), _folder.Path);
        var bytes = new byte[50_000];
        new Random(seed).NextBytes(bytes);
        File.WriteAllBytes(Path.Combine(folder, "onnx", "model.onnx"), bytes);

        Assert.Contains("model.onnx is damaged", Missing(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManyFlippedBytes_IsLoadedOrNamedButNeverAnythingElse()
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("plain"), _folder.Path);
        var path = Path.Combine(folder, "onnx", "model.onnx");
        var good = File.ReadAllBytes(path);
        var random = new Random(5);
        for (var round = 0; round < 40; round++)
        {
            var bytes = (byte[])good.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(path, bytes);
            var failure = Record.Exception(() => ModelFixtures.Load(folder).Dispose());
            Assert.True(failure is null or TaskFailedException, $"Round {round}: {failure}");
        }
    }

    [Fact]
    public void Load_ModelThatIsNoDecoder_SaysWhatDoesNotFit()
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("plain"), _folder.Path);
        var path = Path.Combine(folder, "onnx", "model.onnx");
        var bytes = File.ReadAllBytes(path);
        Replace(bytes, "position_ids"u8, "surprise_ids"u8);
        File.WriteAllBytes(path, bytes);

        var failure = Assert.Throws<TaskFailedException>(() => ModelFixtures.Load(folder));

        Assert.Equal(ReasonCode.Unsupported, failure.Reason);
        Assert.Contains("it wants the input surprise_ids", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret.onnx")]
    [InlineData("other.onnx")]
    public void Load_WantedFileThatIsNoneOfTheFolder_IsNamed(string file)
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("plain"), _folder.Path);

        var failure = Assert.Throws<TaskFailedException>(() => TextModel.Load(folder, new() { File = file }));

        Assert.True(failure.Reason is ReasonCode.BadInput or ReasonCode.ModelMissing);
    }

    public void Dispose() => _folder.Dispose();

    private static string Missing(string folder)
    {
        var failure = Assert.Throws<TaskFailedException>(() => ModelFixtures.Load(folder));
        Assert.Equal(ReasonCode.ModelMissing, failure.Reason);
        return failure.Message;
    }

    private static void Cut(string path, double kept)
    {
        using var stream = File.OpenWrite(path);
        stream.SetLength((long)(stream.Length * kept));
    }

    private static void Replace(Span<byte> bytes, ReadOnlySpan<byte> what, ReadOnlySpan<byte> with)
    {
        for (var at = bytes.IndexOf(what); at >= 0; at = bytes.IndexOf(what))
        {
            with.CopyTo(bytes[at..]);
        }
    }
}
