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

    // ModelProto: pieces (text, score, type), trainer and normalizer settings.
    private static byte[] Build(int modelType)
    {
        string[] joined = ["▁h", "el", "▁hel", "lo", "▁hello"];
        var pieces = new List<(string Text, float Score, int Type)> { ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3) };
        pieces.AddRange(Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6)));
        pieces.AddRange(joined.Select((t, i) => (t, -1f - i, 1)));
        pieces.AddRange("▁helo".Select((c, i) => (c.ToString(), -20f - i, 1)));
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
