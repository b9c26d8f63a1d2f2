using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Agent.Runtimes.Reasoning;

namespace EdgeMesh.Agent.Inference;

/// <summary>A model's tokenizer as the text engine wants it: special tokens are not part of an answer's text, but for marks of reasoning.</summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="onToken">Hears of each token that is decoded, before its text.</param>
internal sealed class TokenizerAdapter(TextTokenizer tokenizer, Action onToken) : ITokenizer
{
    private readonly Dictionary<int, string> _marks = ReasoningMarks.All.Select(m => (Id: tokenizer.IdOf(m), Mark: m)).Where(m => m.Id is not null).ToDictionary(m => m.Id!.Value, m => m.Mark);

    public IReadOnlyList<int> Encode(string text, bool addSpecial) => tokenizer.Encode(text, addSpecial);

    public IStreamDecoder StreamDecoder() => new Decoder(tokenizer.CreateStreamDecoder(skipSpecial: true), _marks, onToken);

    private sealed class Decoder(StreamDecoder inner, Dictionary<int, string> marks, Action onToken) : IStreamDecoder
    {
        public string Push(int id)
        {
            onToken();
            return marks.TryGetValue(id, out var mark) ? inner.Flush() + mark : inner.Append(id);
        }

        public string Flush() => inner.Flush();
    }
}
