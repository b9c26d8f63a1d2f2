using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>The engine on the real built-in model: what it must compute, and what it must refuse.</summary>
public sealed class BuiltInModelTests : IDisposable
{
    private static readonly GenerationOptions Greedy = new();
    private readonly TextModel _model = ModelFixtures.Load(ModelFixtures.BuiltIn, prove: true);
    private static readonly int[] Bicycle = ModelFixtures.Golden[0].Prompt;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, 8)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generate_Greedy_EqualsTheGoldenFileThroughStopAt(int index)
    {
        var golden = ModelFixtures.Golden[index];
        var streamed = new List<int>();

        var result = _model.Generate(golden.Prompt, Greedy, streamed.Add, Token);

        Assert.Equal(golden.Output[..golden.StopAt], result.Tokens);
        Assert.Equal(golden.Output[golden.StopAt], result.EndToken);
        Assert.Equal(FinishReason.EndOfText, result.Finish);
        Assert.Equal(result.Tokens, streamed);
        Assert.Equal(golden.Prompt.Length, result.PromptTokens);
        Assert.True(result.Prefill > TimeSpan.Zero && result.Decode > TimeSpan.Zero);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Generate_PrefillInChunks_EqualsOneRun(int chunk)
    {
        var golden = ModelFixtures.Golden[3];

        var result = _model.Generate(golden.Prompt, Greedy with { PrefillChunk = chunk }, _ => { }, Token);

        Assert.Equal(golden.Output[..golden.StopAt], result.Tokens);
    }

    [Fact]
    public void Generate_SameSeed_GivesTheSameAnswerAndAnotherSeedAnother()
    {
        var random = Greedy with { Temperature = 1.5f, TopK = 100, TopP = 0.95f, MaxTokens = 40, IgnoreEndTokens = true, Seed = 7 };

        var first = _model.Generate(Bicycle, random, _ => { }, Token);
        var again = _model.Generate(Bicycle, random, _ => { }, Token);
        var other = _model.Generate(Bicycle, random with { Seed = 8 }, _ => { }, Token);

        Assert.Equal(first.Tokens, again.Tokens);
        Assert.NotEqual(first.Tokens, other.Tokens);
        Assert.Equal(FinishReason.MaxTokens, first.Finish);
        Assert.Equal(40, first.Tokens.Length);
    }

    [Fact]
    public void Generate_CancelledAfterThreeTokens_EndsThereAndTheModelGoesOn()
    {
        using var cancel = new CancellationTokenSource();
        var seen = 0;

        Assert.ThrowsAny<OperationCanceledException>(() => _model.Generate(
            Bicycle,
            Greedy,
            _ =>
            {
                if (++seen == 3)
                {
                    cancel.Cancel();
                }
            },
            cancel.Token));

        Assert.Equal(3, seen);
        Assert.Equal(FinishReason.EndOfText, _model.Generate(Bicycle, Greedy, _ => { }, Token).Finish);
    }

    [Fact]
    public async Task Generate_ManyRequestsAtOnce_AreAnsweredInLineAndAllRight()
    {
        var answers = await Task.WhenAll(ModelFixtures.Golden.Select(g => Task.Run(() => _model.Generate(g.Prompt, Greedy, _ => { }, Token), Token)));

        Assert.All(answers.Zip(ModelFixtures.Golden), pair => Assert.Equal(pair.Second.Output[..pair.Second.StopAt], pair.First.Tokens));
    }

    [Fact]
    public void Generate_PerToken_AllocatesLessThan16Kilobytes()
    {
        var options = Greedy with { MaxTokens = 200, IgnoreEndTokens = true };
        _model.Generate(Bicycle, options, _ => { }, Token);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var result = _model.Generate(Bicycle, options, _ => { }, Token);

        var perToken = (GC.GetAllocatedBytesForCurrentThread() - before) / result.Tokens.Length;
        Assert.InRange(perToken, 0, 16 * 1024);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    public void Generate_MaxTokensOutOfRange_IsRefusedInWords(int max) =>
        Assert.Contains("max tokens must be between 1 and 1,000,000", Refused(Bicycle, Greedy with { MaxTokens = max }), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Generate_NanTemperature_IsRefusedInWords() =>
        Assert.Contains("temperature must be between 0 and 10", Refused(Bicycle, Greedy with { Temperature = float.NaN }), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Generate_OnlySpecialTokens_IsRefusedInWords()
    {
        Assert.Contains("only special tokens", Refused([1, 3, 5, 4], Greedy), StringComparison.Ordinal);
        Assert.Contains("only special tokens", Refused([], Greedy), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_TokenBeyondTheVocabulary_IsRefusedInWords() =>
        Assert.Contains("does not know", Refused([1, 2048], Greedy), StringComparison.Ordinal);

    [Fact]
    public void Generate_StopStringsWithoutTokenizer_IsRefusedInWords() =>
        Assert.Contains("need a tokenizer", Refused(Bicycle, Greedy with { StopStrings = ["."] }), StringComparison.Ordinal);

    [Fact]
    public void Generate_PromptAndAnswerBeyondTheContext_SaysHowMuchFits() =>
        Assert.Contains("Ask for at most 245", Refused(Bicycle, Greedy with { MaxTokens = 246 }), StringComparison.Ordinal);

    [Fact]
    public void Generate_PromptBeyondTheContext_IsRefusedInWords() =>
        Assert.Contains("Shorten it", Refused([.. Enumerable.Repeat(300, 256)], Greedy), StringComparison.Ordinal);

    [Fact]
    public void Generate_NoLimit_EndsWhenTheContextIsFull()
    {
        var result = _model.Generate(Bicycle, Greedy with { IgnoreEndTokens = true }, _ => { }, Token);

        Assert.Equal(FinishReason.ContextFull, result.Finish);
        Assert.Equal(256, result.PromptTokens + result.Tokens.Length);
    }

    [Fact]
    public void Generate_SlidingWindow_GoesOnBeyondTheContextAndTakesALongerPrompt()
    {
        var sliding = Greedy with { Overflow = ContextOverflow.Slide, IgnoreEndTokens = true, MaxTokens = 400 };

        var result = _model.Generate(Bicycle, sliding, _ => { }, Token);
        var longPrompt = _model.Generate([.. Enumerable.Repeat(300, 1000), .. Bicycle], sliding with { MaxTokens = 5 }, _ => { }, Token);

        Assert.Equal((400, FinishReason.MaxTokens), (result.Tokens.Length, result.Finish));
        Assert.InRange(result.Slides, 1, 3);
        Assert.Equal((5, 1), (longPrompt.Tokens.Length, longPrompt.Slides));
    }

    [Fact]
    public void Load_OnTheCpu_IsProvenWholly()
    {
        Assert.NotNull(_model.Shares);
        Assert.Equal(["CPUExecutionProvider"], _model.Shares.Shares.Keys);
        Assert.Equal(1.0, _model.Shares.Of(ExecutionProviders.Cpu));
        Assert.True(_model.Shares.Total > 50);
    }

    [Fact]
    public void Load_Facts_AreThoseOfTheModel()
    {
        Assert.Equal("model_fp16.onnx", _model.Facts.File);
        Assert.Equal((256, 2048, 5), (_model.Facts.ContextTokens, _model.Facts.Vocabulary, _model.Facts.Layers));
        Assert.Equal(2 * 5 * 2 * 32 * 2, _model.Facts.KvBytesPerToken);
        Assert.InRange(_model.Facts.Parameters, 1_900_608, 1_901_000);
        Assert.Equal(new FileInfo(Path.Combine(ModelFixtures.BuiltIn, "onnx", "model_fp16.onnx")).Length, _model.Facts.Bytes);
        Assert.Equal(0, _model.Suggested.Temperature);
    }

    public void Dispose() => _model.Dispose();

    private string Refused(int[] prompt, GenerationOptions options)
    {
        var failure = Assert.Throws<TaskFailedException>(() => _model.Generate(prompt, options, _ => { }, Token));
        Assert.Equal(ReasonCode.BadInput, failure.Reason);
        return failure.Message;
    }
}
