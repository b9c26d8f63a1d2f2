using System.Text;
using CsCheck;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>The built-in models' tokenizers, added tokens, fixed lengths, streams, settings around the tokenizer.</summary>
public sealed class TextTokenizerTests
{
    private const string Words = """
        {"added_tokens":[{"id":6,"content":"word","single_word":true,"lstrip":false,"rstrip":false,"normalized":false,"special":false},
                         {"id":7,"content":"<l>","lstrip":true,"special":true},{"id":8,"content":"<r>","rstrip":true,"special":true}],
         "normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"WhitespaceSplit"},
         "model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a":1,"b":2,"sword":3,"words":4,"<s>":5}}}
        """;

    [Fact]
    public void Decode_BuiltInTextModelsAnswers_EqualsGolden()
    {
        var tokenizer = TokenizerFixtures.Load("built-in-text");
        foreach (var answer in TokenizerFixtures.Family("built-in-text").GetProperty("answers").EnumerateArray())
        {
            Assert.Equal(answer.GetProperty("text").GetString(), tokenizer.Decode(TokenizerFixtures.Ints(answer.GetProperty("ids")), true).Trim());
        }
    }

    [Fact]
    public void EncodeFixed_BuiltInImageModelsPrompts_EqualsGolden()
    {
        var tokenizer = TokenizerFixtures.Load("built-in-image");
        Assert.Equal(8, tokenizer.FixedLength);
        foreach (var prompt in TokenizerFixtures.Family("built-in-image").GetProperty("fixed").EnumerateArray())
        {
            Assert.Equal(TokenizerFixtures.Ints(prompt.GetProperty("ids")), tokenizer.EncodeFixed(prompt.GetProperty("text").GetString()!, 8));
        }
    }

    [Fact]
    public void EncodeFixed_LongPrompt_KeepsTheClosingToken()
        => Assert.Equal([2, 4, 4, 4, 4, 4, 4, 3], TokenizerFixtures.Load("built-in-image").EncodeFixed("a a a a a a a a a a a", 8));

    [Fact]
    public void Load_BuiltInImageModelWithoutConfig_TakesSpecialTokensFromTheTokenizer()
    {
        var tokenizer = TokenizerFixtures.Load("built-in-image");
        Assert.Equal(("<s>", 2, "</s>", 3, "<pad>", 0, 44), (tokenizer.BosToken, tokenizer.BosId!.Value, tokenizer.EosToken, tokenizer.EosId!.Value, tokenizer.PadToken, tokenizer.PadId!.Value, tokenizer.VocabularySize));
    }

    [Theory]
    [InlineData("a word b", new[] { 1, 6, 2 })]
    [InlineData("a sword b", new[] { 1, 3, 2 })]
    [InlineData("words", new[] { 4 })]
    [InlineData("word", new[] { 6 })]
    [InlineData("A  <l>  B", new[] { 1, 7, 2 })]
    [InlineData("<r>   <r>x", new[] { 8, 8, 0 })]
    public void Encode_AddedTokens_FollowTheirOptions(string text, int[] ids)
        => Assert.Equal(ids, TokenizerFixtures.Load(("tokenizer.json", Words)).Encode(text, false));

    [Theory]
    [InlineData("""{"chat_template":"one","bos_token":"<s>","eos_token":{"content":"a"}}""", "one")]
    [InlineData("""{"chat_template":[{"name":"tool_use","template":"t"},{"name":"default","template":"d"}],"bos_token":"<s>","eos_token":"a"}""", "d")]
    public void Load_Config_GivesTemplateAndSpecialTokens(string config, string template)
    {
        var tokenizer = TokenizerFixtures.Load(("tokenizer.json", Words), ("tokenizer_config.json", config), ("special_tokens_map.json", """{"pad_token":"b"}"""));
        Assert.Equal((template, 5, 1, 2), (tokenizer.ChatTemplateSource, tokenizer.BosId!.Value, tokenizer.EosId!.Value, tokenizer.PadId!.Value));
        Assert.Null(tokenizer.IdOf("not there"));
    }

    [Fact]
    public void Load_TemplateInItsOwnFile_WinsOverTheConfig()
        => Assert.Equal("file", TokenizerFixtures.Load(("tokenizer.json", Words), ("tokenizer_config.json", """{"chat_template":"config"}"""), ("chat_template.jinja", "file")).ChatTemplateSource);

    [Fact]
    public void Encode_HalfASurrogatePair_IsTheReplacementCharacter()
    {
        var tokenizer = TokenizerFixtures.Load("byte-level-gpt2");
        Assert.Equal(tokenizer.Encode("a\ufffdb", false), tokenizer.Encode("a\ud83db", false));
    }

    [Fact]
    public void Decode_AnyText_ComesBackFromByteTokens()
    {
        var tokenizer = TokenizerFixtures.Load("byte-level-gpt2");
        Gen.String[Gen.Char, 0, 60].Where(t => !t.Any(char.IsSurrogate)).Sample(text => tokenizer.Decode(tokenizer.Encode(text, false), false) == text, iter: 300);
    }

    [Theory]
    [InlineData("byte-level-gpt2")]
    [InlineData("byte-fallback-llama2")]
    [InlineData("built-in-text")]
    public void StreamDecoder_AnyIds_NeverGivesHalfACharacter(string family)
    {
        var tokenizer = TokenizerFixtures.Load(family);
        Gen.Int[-2, tokenizer.VocabularySize + 2].List[0, 40].Sample(
            ids =>
            {
                var stream = tokenizer.CreateStreamDecoder(false);
                return ids.Select(stream.Append).Append(stream.Flush()).All(p => p.Length == 0 || (!char.IsLowSurrogate(p[0]) && !char.IsHighSurrogate(p[^1])));
            },
            iter: 300);
    }

    [Fact]
    public void StreamDecoder_EmojiOfFourBytes_ComesWhole()
    {
        var tokenizer = TokenizerFixtures.Load("byte-fallback-gemma");
        var stream = tokenizer.CreateStreamDecoder(true);
        var parts = new[] { "<0xF0>", "<0x9F>", "<0x98>", "<0x80>" }.Select(t => stream.Append(tokenizer.IdOf(t)!.Value)).ToList();
        Assert.Equal(["", "", "", "😀"], parts);
        Assert.Equal("", stream.Append(tokenizer.IdOf("<0xF0>")!.Value));
        Assert.Equal("\ufffd", stream.Flush());
    }

    [Fact]
    public void Encode_HundredThousandCharacters_EqualsItsLinesEncoded()
    {
        var tokenizer = TokenizerFixtures.Load("byte-level-qwen");
        var line = "The quick brown fox says hello to 12 lazy dogs, and runs.\n";
        var text = new StringBuilder().Insert(0, line, 2_000).ToString();
        var once = tokenizer.Encode(line, false);
        Assert.Equal(Enumerable.Repeat(once, 2_000).SelectMany(i => i), tokenizer.Encode(text, false));
    }

    [Fact]
    public void Encode_OneWordOfHundredThousandCharacters_ComesBack()
    {
        var tokenizer = TokenizerFixtures.Load("byte-fallback-gemma");
        var text = new StringBuilder().Insert(0, "hello world ha", 8_000).ToString();
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, false), true));
    }
}
