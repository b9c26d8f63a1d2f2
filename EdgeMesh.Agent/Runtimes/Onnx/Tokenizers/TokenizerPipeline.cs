using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>The steps of a <c>tokenizer.json</c>: added tokens, normalizer, pre-tokenizer, model, special tokens around; and back.</summary>
internal sealed class TokenizerPipeline : ITokenizerEngine
{
    private readonly PipelineParts _parts;
    private readonly AddedTokens _raw;
    private readonly AddedTokens _normalized;
    private readonly Dictionary<string, int> _addedIds;
    private readonly string?[] _tokens;
    private readonly HashSet<int> _special;

    public TokenizerPipeline(PipelineParts parts)
    {
        _parts = parts;
        _raw = new AddedTokens(parts.Added.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        _normalized = new AddedTokens(parts.Added.Where(t => t.Normalized).Select(t => (parts.Normalize(t.Content), t)));
        _addedIds = parts.Added.DistinctBy(t => t.Content).ToDictionary(t => t.Content, t => t.Id);
        _special = [.. parts.Added.Where(t => t.Special).Select(t => t.Id)];
        _tokens = new string?[1 + Math.Max(parts.Model.Vocabulary.Values.DefaultIfEmpty(-1).Max(), parts.Added.Select(t => t.Id).DefaultIfEmpty(-1).Max())];
        foreach (var (token, id) in parts.Model.Vocabulary)
        {
            _tokens[id] = token;
        }

        foreach (var token in parts.Added)
        {
            _tokens[token.Id] = token.Content;
        }
    }

    public int VocabularySize => _tokens.Length;

    public int ClosingCount => _parts.Closing.Length;

    public List<int> Encode(string text, bool addSpecialTokens)
    {
        var ids = new List<int>(text.Length / 3);
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Opening);
        }

        foreach (var (token, part, start) in _raw.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodeNormalized(_parts.Normalize(part), start == 0, ids);
            }
        }

        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Closing);
        }

        return ids;
    }

    public string Decode(IEnumerable<int> ids, bool skipSpecial)
    {
        var tokens = new List<string>();
        foreach (var id in ids)
        {
            if (id >= 0 && id < _tokens.Length && _tokens[id] is { } token && !(skipSpecial && _special.Contains(id)))
            {
                tokens.Add(token);
            }
        }

        return _parts.Decoders is null ? string.Join(' ', tokens) : string.Concat(_parts.Decoders.Aggregate(tokens, (t, step) => step(t)));
    }

    public int? IdOf(string token) => _addedIds.TryGetValue(token, out var id) || _parts.Model.Vocabulary.TryGetValue(token, out id) ? id : null;

    private void EncodeNormalized(string text, bool isStart, List<int> ids)
    {
        foreach (var (token, part, start) in _normalized.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            IEnumerable<Piece> pieces = [new Piece(part, isStart && start == 0)];
            foreach (var piece in _parts.PreTokenizers.Aggregate(pieces, (p, step) => p.SelectMany(step)))
            {
                _parts.Model.Encode(piece.Text, ids);
            }
        }
    }
}

/// <summary>What a <c>tokenizer.json</c> consists of. No decoders: tokens are joined with spaces.</summary>
internal sealed record PipelineParts(
    Func<string, string> Normalize,
    IReadOnlyList<Func<Piece, IEnumerable<Piece>>> PreTokenizers,
    ITokenModel Model,
    ImmutableArray<AddedToken> Added,
    ImmutableArray<int> Opening,
    ImmutableArray<int> Closing,
    IReadOnlyList<Func<List<string>, List<string>>>? Decoders);
