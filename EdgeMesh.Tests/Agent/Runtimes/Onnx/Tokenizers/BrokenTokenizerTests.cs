using System.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>Tokenizer files come with downloaded models: what is wrong with them ends in a named fault.</summary>
public sealed class BrokenTokenizerTests
{
    private const string Model = """ "model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a":1}} """;

    public static TheoryData<string> Garbled() => new(
        "",
        "not json",
        "[]",
        "null",
        "{}",
        "{\"model\":5}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":\"x\"},\"merges\":[]}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"nospace\"]}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[],\"unk_token\":\"gone\"}}",
        "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0}}}",
        "{\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}",
        "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[1,2]]}}",
        $"{{{Model},\"normalizer\":{{\"type\":\"Replace\"}}}}",
        $"{{{Model},\"post_processor\":{{\"type\":\"TemplateProcessing\",\"single\":[{{\"SpecialToken\":{{\"id\":\"x\"}}}}]}}}}",
        $"{{{Model},\"added_tokens\":[{{\"id\":3}}]}}",
        $"{{{Model}",
        new string('[', 5_000));

    public static TheoryData<string> Unsupported() => new(
        "{\"model\":{\"type\":\"Magic\"}}",
        $"{{{Model},\"normalizer\":{{\"type\":\"Magic\"}}}}",
        $"{{{Model},\"normalizer\":{{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"\"}}}}",
        "{\"model\":{\"unk_id\":0,\"vocab\":[[\"<unk>\",0],[\"a\",-1.5]]},\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}}",
        $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Magic\"}}}}",
        $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"[a-z&&[^b]]\"}},\"behavior\":\"Isolated\"}}}}",
        $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"\\\\p{{Han}}+\"}},\"behavior\":\"Isolated\"}}}}",
        $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"a++\"}},\"behavior\":\"Isolated\"}}}}",
        $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"(\"}},\"behavior\":\"Isolated\"}}}}",
        $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"a\"}},\"behavior\":\"Sideways\"}}}}",
        $"{{{Model},\"post_processor\":{{\"type\":\"Magic\"}}}}",
        $"{{{Model},\"decoder\":{{\"type\":\"CTC\"}}}}");

    [Theory]
    [MemberData(nameof(Garbled))]
    public void Load_GarbledTokenizer_SaysSo(string json)
        => Assert.Equal(TokenizerFault.Garbled, Assert.Throws<TokenizerException>(() => TokenizerFixtures.Load(("tokenizer.json", json))).Fault);

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void Load_UnknownStep_IsRefusedNotSkipped(string json)
        => Assert.Equal(TokenizerFault.Unsupported, Assert.Throws<TokenizerException>(() => TokenizerFixtures.Load(("tokenizer.json", json))).Fault);

    [Fact]
    public void Load_UnigramThatDoesNotNameItself_IsToldByItsScores()
    {
        var tokenizer = TokenizerFixtures.Load(("tokenizer.json", "{\"model\":{\"unk_id\":0,\"vocab\":[[\"<unk>\",0],[\"a\",-1.5],[\"b\",-2],[\"ab\",-1]]}}"));
        Assert.Equal([3, 1, 0], tokenizer.Encode("abac", false));
    }

    [Fact]
    public void Load_EmptyFolder_NamesTheMissingFiles()
    {
        var e = Assert.Throws<TokenizerException>(() => TokenizerFixtures.Load());
        Assert.Equal(TokenizerFault.Missing, e.Fault);
        Assert.Contains("tokenizer.json", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer_config.json", "{]")]
    [InlineData("special_tokens_map.json", "\u0000")]
    public void Load_GarbledCompanion_NamesTheFile(string file, string text)
        => Assert.Contains(file, Assert.Throws<TokenizerException>(() => TokenizerFixtures.Load(("tokenizer.json", $"{{{Model}}}"), (file, text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_RandomSentencePieceModel_SaysSo()
    {
        var bytes = new byte[4_096];
        new Random(1).NextBytes(bytes);
        var e = Assert.Throws<TokenizerException>(() => TokenizerFixtures.LoadBytes([("tokenizer.model", bytes)], TokenizerLimits.Default));
        Assert.Equal(TokenizerFault.Garbled, e.Fault);
    }

    [Fact]
    public void Load_FileOverTheLimit_IsRefused()
    {
        var e = Assert.Throws<TokenizerException>(() => TokenizerFixtures.LoadBytes([("tokenizer.json", Encoding.UTF8.GetBytes($"{{{Model}}}"))], new TokenizerLimits { MaxFileBytes = 10 }));
        Assert.Equal(TokenizerFault.TooLarge, e.Fault);
    }

    [Theory]
    [InlineData(2_000_000_000)]
    [InlineData(-1)]
    public void Load_IdOutOfBounds_IsRefused(int id)
    {
        var json = "{\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"a\":" + id + "}}}";
        Assert.Equal(TokenizerFault.TooLarge, Assert.Throws<TokenizerException>(() => TokenizerFixtures.Load(("tokenizer.json", json))).Fault);
    }

    [Fact]
    public void Encode_TextOverTheLimit_IsRefused()
    {
        var tokenizer = TokenizerFixtures.LoadBytes([("tokenizer.json", Encoding.UTF8.GetBytes($"{{{Model}}}"))], new TokenizerLimits { MaxTextChars = 5 });
        Assert.Equal(TokenizerFault.TooLarge, Assert.Throws<TokenizerException>(() => tokenizer.Encode("aaaaaa", false)).Fault);
    }

    [Fact]
    public void Encode_ReplacementsThatMultiply_HitALimit()
    {
        var steps = string.Join(',', Enumerable.Repeat("{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaa\"}", 40));
        var tokenizer = TokenizerFixtures.Load(("tokenizer.json", $"{{{Model},\"normalizer\":{{\"type\":\"Sequence\",\"normalizers\":[{steps}]}}}}"));
        Assert.Equal(TokenizerFault.TooLarge, Assert.Throws<TokenizerException>(() => tokenizer.Encode("a", false)).Fault);
    }

    [Fact]
    public void Encode_PatternThatBacktracksForever_TimesOut()
    {
        var json = $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"^(([a-z])+.)+[A-Z]([a-z])+$\"}},\"behavior\":\"Isolated\"}}}}";
        var tokenizer = TokenizerFixtures.LoadBytes([("tokenizer.json", Encoding.UTF8.GetBytes(json))], new TokenizerLimits { PatternTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(TokenizerFault.TooLarge, Assert.Throws<TokenizerException>(() => tokenizer.Encode(new string('a', 60), false)).Fault);
    }

    [Fact]
    public async Task Encode_CancelledInTheMiddleOfSlowMatches_StopsWorking()
    {
        // Each word costs some 100,000 steps back, a hundred thousand of them an hour.
        const string Word = "aaaaaaaaaaaaaaaaa ";
        var json = $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"(?:a+)+b| \"}},\"behavior\":\"Isolated\"}}}}";
        var tokenizer = TokenizerFixtures.LoadBytes([("tokenizer.json", Encoding.UTF8.GetBytes(json))], TokenizerLimits.Default with { TextTimeout = TimeSpan.FromHours(10), PatternTimeout = TimeSpan.FromSeconds(2) });
        using var cancel = new CancellationTokenSource();
        var encoding = Task.Factory.StartNew(() => tokenizer.EncodeWhileWanted(string.Concat(Enumerable.Repeat(Word, 100_000)), false, cancel.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => encoding.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.True(cancel.IsCancellationRequested, "It ended by itself before it was cancelled.");
    }

    [Fact]
    public void Encode_ManySlowMatches_StopWhenCancelledAndWhenTheWholeTextTookTooLong()
    {
        var json = $"{{{Model},\"pre_tokenizer\":{{\"type\":\"Split\",\"pattern\":{{\"Regex\":\"a\"}},\"behavior\":\"Isolated\"}}}}";
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => TokenizerFixtures.LoadBytes([("tokenizer.json", Encoding.UTF8.GetBytes(json))], TokenizerLimits.Default).EncodeWhileWanted("aaa", false, cancelled.Token));
        var hasty = TokenizerFixtures.LoadBytes([("tokenizer.json", Encoding.UTF8.GetBytes(json))], new TokenizerLimits { TextTimeout = TimeSpan.FromTicks(1) });
        Assert.Equal(TokenizerFault.TooLarge, Assert.Throws<TokenizerException>(() => hasty.Encode(new string('a', 60), false)).Fault);
    }
}
