using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>Sequences longer than one step of the caches' growth (256 tokens), on a model whose context allows them.</summary>
public sealed class KvCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("no-positions")]
    public void Generate_LongSequence_EqualsOneLongPrefill(string layout) => EqualsOneLongPrefill(layout, 60);

    [Fact]
    public void Generate_SlidingManyTimes_EqualsTheSameWindowPrefilled()
    {
        using var model = ModelFixtures.Load(ModelFixtures.Fixture("group-query"));
        var sliding = new GenerationOptions { MaxTokens = 300, IgnoreEndTokens = true, Overflow = ContextOverflow.Slide };

        var first = model.Generate([1, 7, 9], sliding, _ => { }, Token);
        var chunked = model.Generate([1, 7, 9], sliding with { PrefillChunk = 5 }, _ => { }, Token);

        Assert.Equal(300, first.Tokens.Length);
        Assert.True(first.Slides > 3);
        Assert.Equal(first.Tokens, chunked.Tokens);
    }

    private static void EqualsOneLongPrefill(string layout, int length)
    {
        using var model = ModelFixtures.Load(ModelFixtures.Fixture(layout));
        int[] prompt = [1, 7, 9];
        var whole = model.Generate(prompt, new() { MaxTokens = length, IgnoreEndTokens = true }, _ => { }, Token);
        var half = length / 2;

        var rest = model.Generate([.. prompt, .. whole.Tokens[..half]], new() { MaxTokens = length - half, IgnoreEndTokens = true }, _ => { }, Token);

        Assert.Equal(whole.Tokens[half..], rest.Tokens);
    }
}
