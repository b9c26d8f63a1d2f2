using EdgeMesh.Agent.Inference;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

namespace EdgeMesh.Tests.Agent.Inference;

/// <summary>A model without a chat template goes on with the bare text that it is given.</summary>
public sealed class BaseModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prompt_ModelWithoutTemplate_IsTheTextItself()
    {
        ModelFixtures.Copy(ModelFixtures.BuiltIn, _folder.Path);
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer_config.json"), """{"bos_token":"<s>","eos_token":"<|end|>"}""");
        using var model = LoadedTextModel.Load(new ModelRef { Id = "base", Folder = _folder.Path }, ExecutionProviders.Find("CPUExecutionProvider")!, new SessionChoices { Threads = 1 }, TimeProvider.System);

        var (ids, opened, _) = model.Prompt([new Turn { Role = "system", Content = "Be kind." }, new Turn { Role = "user", Content = "a flower is" }], "", TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Null(opened);
        Assert.Equal(model.Tokenizer.Encode("a flower is", addSpecialTokens: true), ids);
        var text = "";
        model.Model.Generate(ids, new GenerationOptions { MaxTokens = 4, IgnoreEndTokens = true }, new TokenizerAdapter(model.Tokenizer, () => { }), t => text += t, TestContext.Current.CancellationToken);
        Assert.NotEmpty(text);
    }
}
