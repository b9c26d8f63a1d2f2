using System.Text.Json;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>Each family of tokenizers gives the ids and the text that npm's @huggingface/tokenizers gives.</summary>
public sealed class TokenizerGoldenTests
{
    public static TheoryData<string> Families() => [.. TokenizerFixtures.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_EveryText_EqualsGolden(string family)
        => Compare(family, (tokenizer, c) => (
            string.Join(' ', TokenizerFixtures.Ints(c.GetProperty("ids"))) + " / " + string.Join(' ', TokenizerFixtures.Ints(c.GetProperty("framed"))),
            string.Join(' ', tokenizer.Encode(c.GetProperty("text").GetString()!, false)) + " / " + string.Join(' ', tokenizer.Encode(c.GetProperty("text").GetString()!, true))));

    [Theory]
    [MemberData(nameof(Families))]
    public void Decode_EveryText_EqualsGolden(string family)
        => Compare(family, (tokenizer, c) => (
            c.GetProperty("decoded").GetString() + " / " + c.GetProperty("plain").GetString(),
            tokenizer.Decode(TokenizerFixtures.Ints(c.GetProperty("ids")), false) + " / " + tokenizer.Decode(TokenizerFixtures.Ints(c.GetProperty("ids")), true)));

    [Theory]
    [MemberData(nameof(Families))]
    public void StreamDecoder_EveryText_GivesTheSameTextInWholeCharacters(string family)
        => Compare(family, (tokenizer, c) =>
        {
            var ids = tokenizer.Encode(c.GetProperty("text").GetString()!, true);
            var stream = tokenizer.CreateStreamDecoder(true);
            var parts = ids.Select(stream.Append).ToList();
            var broken = parts.Find(p => p.Length > 0 && (char.IsHighSurrogate(p[^1]) || char.IsLowSurrogate(p[0])));
            return (tokenizer.Decode(ids, true) + " / ", string.Concat(parts) + stream.Flush() + " / " + broken);
        });

    private static void Compare(string family, Func<EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.TextTokenizer, JsonElement, (string Golden, string Actual)> run)
    {
        var tokenizer = TokenizerFixtures.Load(family);
        var wrong = new List<string>();
        foreach (var c in TokenizerFixtures.Family(family).GetProperty("cases").EnumerateArray())
        {
            var (golden, actual) = run(tokenizer, c);
            if (golden != actual)
            {
                wrong.Add($"{c.GetProperty("text").GetRawText()}\n  golden {golden}\n  actual {actual}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} differ\n{string.Join('\n', wrong)}");
    }
}
