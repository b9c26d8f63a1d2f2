using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

namespace EdgeMesh.Agent.Worker;

/// <summary>A model's tokenizer as the text engine wants it: special tokens are not part of an answer's text.</summary>
internal sealed class TokenizerAdapter(TextTokenizer tokenizer) : ITokenizer
{
    public IReadOnlyList<int> Encode(string text, bool addSpecial) => tokenizer.Encode(text, addSpecial);

    public IStreamDecoder StreamDecoder() => new Decoder(tokenizer.CreateStreamDecoder(skipSpecial: true));

    private sealed class Decoder(StreamDecoder inner) : IStreamDecoder
    {
        public string Push(int id) => inner.Append(id);

        public string Flush() => inner.Flush();
    }
}
