using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Text;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>Decodes by looking pieces up, which is enough for answers without byte pieces; the real tokenizer has its own tests.</summary>
internal sealed class PieceTokenizer : ITokenizer
{
    private readonly Dictionary<int, string> _pieces;

    public PieceTokenizer(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        _pieces = json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().ToDictionary(p => p.Value.GetInt32(), p => p.Name.Replace('\u2581', ' '));
    }

    public IReadOnlyList<int> Encode(string text, bool addSpecial) => throw new NotSupportedException();

    public IStreamDecoder StreamDecoder() => new Decoder(_pieces);

    private sealed class Decoder(Dictionary<int, string> pieces) : IStreamDecoder
    {
        public string Push(int id) => pieces[id];

        public string Flush() => "";
    }
}
