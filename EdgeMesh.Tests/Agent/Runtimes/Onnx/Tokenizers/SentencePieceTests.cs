using System.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using Google.Protobuf;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>A model folder that has only a SentencePiece tokenizer.model.</summary>
public sealed class SentencePieceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Load_SentencePieceModel_EncodesAndDecodes(int modelType)
    {
        var tokenizer = TokenizerFixtures.LoadBytes([("tokenizer.model", Build(modelType)), ("tokenizer_config.json", "{}"u8.ToArray())], TokenizerLimits.Default);
        Assert.Equal((1, 2, "<s>", "</s>"), (tokenizer.BosId!.Value, tokenizer.EosId!.Value, tokenizer.BosToken, tokenizer.EosToken));
        var ids = tokenizer.Encode("hello hello", true);
        Assert.Equal([tokenizer.BosId!.Value, tokenizer.IdOf("▁hello")!.Value, tokenizer.IdOf("▁hello")!.Value], ids);
        Assert.Equal("hello hello", tokenizer.Decode(ids, true));
    }

    [Fact]
    public void Encode_CharacterOutsideABpeVocabulary_FallsBackToBytes()
    {
        var tokenizer = TokenizerFixtures.LoadBytes([("tokenizer.model", Build(2))], TokenizerLimits.Default);
        Assert.Equal("hello é", tokenizer.Decode(tokenizer.Encode("hello é", true), true));
    }

    // The pieces of runs that real vocabularies have: which of them a run is cut into depends on the order of merges.
    [Theory]
    [InlineData("*", "**|****|********")]
    [InlineData("=", "==|====|========|================")]
    [InlineData("a", "aa|aaa|aaaa")]
    [InlineData("ab", "ab|ba|aba|bab|abab|aab")]
    public void Encode_RunsOfEqualCharacters_JoinsAsSentencePieceDoes(string letters, string joined)
    {
        var pieces = joined.Split('|').Select((t, i) => (Text: t, Score: -1f - i)).Concat(("▁" + letters).Select((c, i) => (Text: c.ToString(), Score: -50f - i))).ToList();
        foreach (var equalScores in (bool[])[false, true])
        {
            var scored = pieces.ConvertAll(p => p with { Score = equalScores && p.Text.Length > 1 ? -1f : p.Score });
            var tokenizer = TokenizerFixtures.LoadBytes([("tokenizer.model", Build(2, scored))], TokenizerLimits.Default);
            var random = new Random(7);
            for (var length = 1; length <= 40; length++)
            {
                var text = string.Concat(Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)]));
                Assert.Equal(Reference("▁" + text, scored), tokenizer.Encode(text, false).Select(id => tokenizer.Decode([id], false) is var t && id == tokenizer.IdOf("▁") ? "▁" : t));
            }
        }
    }

    // SentencePiece's own rule, literally: of all neighbours that are a piece together, the best score, the leftmost of those.
    private static List<string> Reference(string text, List<(string Text, float Score)> pieces)
    {
        var scores = pieces.ToDictionary(p => p.Text, p => p.Score);
        var symbols = text.Select(c => c.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, symbols.Count - 1).Where(i => scores.ContainsKey(symbols[i] + symbols[i + 1])).OrderByDescending(i => scores[symbols[i] + symbols[i + 1]]).ThenBy(i => i).Select(i => (int?)i).FirstOrDefault();
            if (best is not { } at)
            {
                return symbols;
            }

            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }

    // ModelProto: pieces (text, score, type), trainer and normalizer settings.
    private static byte[] Build(int modelType) => Build(
        modelType, [.. ((string[])["▁h", "el", "▁hel", "lo", "▁hello"]).Select((t, i) => (t, -1f - i)), .. "▁helo".Select((c, i) => (c.ToString(), -20f - i))]);

    private static byte[] Build(int modelType, List<(string Text, float Score)> normal)
    {
        var pieces = new List<(string Text, float Score, int Type)> { ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3) };
        pieces.AddRange(Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6)));
        pieces.AddRange(normal.Select(n => (n.Text, n.Score, 1)));
        return Message(output =>
        {
            foreach (var (text, score, type) in pieces)
            {
                Nested(output, 1, p =>
                {
                    Nested(p, 1, Encoding.UTF8.GetBytes(text));
                    p.WriteTag(2, WireFormat.WireType.Fixed32);
                    p.WriteFloat(score);
                    Number(p, 3, type);
                });
            }

            Nested(output, 2, t =>
            {
                Number(t, 3, modelType);
                Number(t, 35, 1);
                Number(t, 40, 0);
                Number(t, 41, 1);
                Number(t, 42, 2);
            });
            Nested(output, 3, n =>
            {
                Nested(n, 1, "identity"u8.ToArray());
                Number(n, 3, 1);
                Number(n, 4, 0);
                Number(n, 5, 1);
            });
        });
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        var output = new CodedOutputStream(stream);
        write(output);
        output.Flush();
        return stream.ToArray();
    }

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> write) => Nested(output, field, Message(write));

    private static void Nested(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    private static void Number(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }
}
