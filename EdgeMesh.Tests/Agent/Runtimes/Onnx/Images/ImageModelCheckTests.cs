using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Images;

/// <summary>What is wrong with an image model's folder is known before anything of it is loaded.</summary>
public sealed class ImageModelCheckTests : IDisposable
{
    private static readonly string BuiltIn = Path.Combine(AppContext.BaseDirectory, "BuiltInModels", "fashion-diffusion");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_WholeModel_IsOffered() => Assert.Equal(new ModelVerdict(null, false, true, null), ImageModelCheck.Of(BuiltIn));

    [Theory]
    [InlineData("vae_decoder/model.onnx", null, "vae_decoder/model.onnx is missing")]
    [InlineData("scheduler/scheduler_config.json", null, "scheduler_config.json is missing")]
    [InlineData("tokenizer/tokenizer.json", null, "no tokenizer/tokenizer.json")]
    [InlineData("unet/model.onnx", "", "model.onnx is damaged")]
    [InlineData("model_index.json", "{\"_class_name\":\"StableDiffusionXLPipeline\"}", "second text encoder")]
    [InlineData("model_index.json", "{", "cannot be read")]
    [InlineData("scheduler/scheduler_config.json", "{\"_class_name\":\"MagicScheduler\"}", "MagicScheduler")]
    public void Of_FileMissingOrOther_SaysWhy(string file, string? content, string words)
    {
        var path = Path.Combine(ModelFixtures.Copy(BuiltIn, _folder.Path), file);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        Assert.Contains(words, ImageModelCheck.Of(_folder.Path).CannotRun, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unet", "no input \"sample\"")]
    [InlineData("vae_decoder", "takes 2 inputs (a, b) where one was expected")]
    public void Of_GraphOfAnotherKind_SaysWhy(string part, string words)
    {
        ModelFixtures.Copy(BuiltIn, _folder.Path);
        File.WriteAllBytes(Path.Combine(_folder.Path, part, "model.onnx"), TinyModel.Add());

        var verdict = ImageModelCheck.Of(_folder.Path);

        Assert.Contains(words, verdict.CannotRun, StringComparison.Ordinal);
        Assert.True(verdict.Measures);
    }
}
