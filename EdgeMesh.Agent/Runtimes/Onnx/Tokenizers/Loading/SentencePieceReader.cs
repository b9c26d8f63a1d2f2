using System.Text;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>
/// Reads a <c>tokenizer.model</c> of SentencePiece's BPE (field numbers: sentencepiece_model.proto) into the parts of a pipeline. Its merges are not listed: two
/// neighbours join when the two together are a piece, the best score first, and among equal scores the leftmost.
/// </summary>
internal sealed class SentencePieceReader(TokenizerLimits limits)
{
    private const int LongestPiece = 512;
    private const string Blank = "▁";
    private static readonly JsonElement Decoders = JsonSerializer.Deserialize<JsonElement>(
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""");

    private readonly List<Piece> _pieces = [];
    private bool _isBpe;
    private bool _byteFallback;
    private bool _hasNormalizer;
    private bool _prefixes = true;
    private bool _collapses = true;
    private bool _escapes = true;

    private enum Kind
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    /// <summary>Text of the piece that begins a text, and of the one that ends it.</summary>
    public string? Bos { get; private set; }

    /// <inheritdoc cref="Bos"/>
    public string? Eos { get; private set; }

    /// <summary>The parts; null for what is no BPE, or rewrites its text by a table of its own.</summary>
    public PipelineParts? Read(byte[] model, IReadOnlyDictionary<string, int> added, bool addBos, bool addEos)
    {
        var (bos, eos) = ReadModel(new ProtoReader(new MemoryStream(model)), model.Length);
        if (!_isBpe || _hasNormalizer || !_escapes || _pieces.Count == 0)
        {
            return null;
        }

        (Bos, Eos) = (TextOf(bos), TextOf(eos));
        ImmutableArray<int> Around(bool wanted, string? text, int id) => wanted && text is not null ? [id] : [];
        return new PipelineParts(
            Normalized, [], Model(), Added(added), Around(addBos, Bos, bos), Around(addEos, Eos, eos),
            [.. new StepReader(limits.PatternTimeout).Decoders(Decoders)]);
    }

    private string? TextOf(int id) => id >= 0 && id < _pieces.Count ? _pieces[id].Text : null;

    private string Normalized(string text)
    {
        text = _collapses ? string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : text;
        return text.Length == 0 ? "" : (_prefixes ? Blank : "") + text.Replace(" ", Blank, StringComparison.Ordinal);
    }

    private ImmutableArray<AddedToken> Added(IReadOnlyDictionary<string, int> added)
    {
        var own = _pieces.Select((p, id) => (p.Text, Id: id, p.Kind)).Where(p => p.Kind is Kind.Control or Kind.Unknown or Kind.UserDefined)
            .Select(p => new AddedToken(p.Id, p.Text, false, false, false, false, p.Kind != Kind.UserDefined));
        var more = added.Where(a => a.Value >= 0 && a.Value < limits.MaxVocabulary).Select(a => new AddedToken(a.Value, a.Key, false, false, false, false, true));
        return [.. more.Concat(own).DistinctBy(t => t.Content)];
    }

    private BpeModel Model()
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < _pieces.Count; id++)
        {
            vocabulary.TryAdd(_pieces[id].Text, id);
        }

        var joins = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string Left, string Right, int Rank)>();
        var rank = -1;
        var last = float.NaN;
        bool Joins(ReadOnlySpan<char> part) => joins.TryGetValue(part, out var id) && _pieces[id].Kind == Kind.Normal;
        foreach (var (text, score, _) in _pieces.Where(p => p.Kind == Kind.Normal).OrderByDescending(p => p.Score))
        {
            (rank, last) = score.Equals(last) ? (rank, last) : (rank + 1, score);
            for (var at = 1; at < text.Length; at++)
            {
                if (!char.IsLowSurrogate(text[at]) && Joins(text.AsSpan(0, at)) && Joins(text.AsSpan(at)))
                {
                    merges.Add((text[..at], text[at..], rank));
                }
            }
        }

        var unknown = _pieces.FirstOrDefault(p => p.Kind == Kind.Unknown)?.Text;
        return new BpeModel(vocabulary, merges, new BpeOptions(unknown, FuseUnknown: true, _byteFallback, IgnoreMerges: false, "", ""));
    }

    private (int Bos, int Eos) ReadModel(ProtoReader proto, long length)
    {
        var (bos, eos) = (1, 2);
        while (proto.NextField(length) is > 0 and var field)
        {
            switch (field)
            {
                case 1: _pieces.Add(ReadPiece(proto, proto.Enter())); break;
                case 2: ReadTrainer(proto, proto.Enter(), ref bos, ref eos); break;
                case 3: ReadNormalizer(proto, proto.Enter()); break;
                default: proto.Skip(); break;
            }

            if (_pieces.Count > limits.MaxVocabulary)
            {
                throw new TokenizerException(TokenizerFault.TooLarge, $"tokenizer.model has more than {limits.MaxVocabulary:N0} tokens.");
            }
        }

        return (bos, eos);
    }

    private static Piece ReadPiece(ProtoReader proto, long end)
    {
        var piece = new Piece("", 0, Kind.Normal);
        while (proto.NextField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 1: piece = piece with { Text = proto.Text() }; break;
                case 2: piece = piece with { Score = proto.Float() }; break;
                case 3: piece = piece with { Kind = (Kind)proto.Number() }; break;
                default: proto.Skip(); break;
            }
        }

        return piece.Text.Length <= LongestPiece ? piece : throw new TokenizerException(TokenizerFault.TooLarge, $"tokenizer.model has a token of {piece.Text.Length:N0} characters; {LongestPiece} are allowed.");
    }

    private void ReadTrainer(ProtoReader proto, long end, ref int bos, ref int eos)
    {
        while (proto.NextField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 3: _isBpe = proto.Number() == 2; break;
                case 35: _byteFallback = proto.Number() != 0; break;
                case 41: bos = (int)proto.Number(); break;
                case 42: eos = (int)proto.Number(); break;
                default: proto.Skip(); break;
            }
        }
    }

    private void ReadNormalizer(ProtoReader proto, long end)
    {
        while (proto.NextField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 2: _hasNormalizer = proto.Enter() > proto.Position; proto.Skip(); break;
                case 3: _prefixes = proto.Number() != 0; break;
                case 4: _collapses = proto.Number() != 0; break;
                case 5: _escapes = proto.Number() != 0; break;
                default: proto.Skip(); break;
            }
        }
    }

    private sealed record Piece(string Text, float Score, Kind Kind);
}
