using System.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;

/// <summary>Unigram (Kudo, 2018): the split whose pieces' scores add up highest, found by Viterbi; what no piece covers is unknown.</summary>
internal sealed class UnigramModel : ITokenModel
{
    // How much worse than the worst piece an unknown character scores, as SentencePiece has it.
    private const double UnknownPenalty = 10;
    private readonly Dictionary<string, int> _vocabulary = [];
    private readonly double[] _scores;
    private readonly Trie _trie = new();
    private readonly int? _unknown;
    private readonly bool _byteFallback;
    private readonly double _unknownScore;

    public UnigramModel(IReadOnlyList<(string Text, double Score)> pieces, int? unknown, bool byteFallback)
    {
        (_unknown, _byteFallback) = (unknown, byteFallback);
        _scores = [.. pieces.Select(p => p.Score)];
        _unknownScore = _scores.Min() - UnknownPenalty;
        for (var id = 0; id < pieces.Count; id++)
        {
            _vocabulary[pieces[id].Text] = id;
            _trie.Add(pieces[id].Text, id);
        }
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public void Encode(string word, List<int> ids)
    {
        var (starts, pieces) = BestPath(word);
        var path = new List<(int Start, int End, int Id)>();
        for (var end = word.Length; end > 0; end = starts[end])
        {
            path.Add((starts[end], end, pieces[end]));
        }

        path.Reverse();
        var unknownStart = -1;
        foreach (var (start, end, id) in path)
        {
            if (id < 0)
            {
                unknownStart = unknownStart < 0 ? start : unknownStart;
                continue;
            }

            AddUnknown(word, unknownStart, start, ids);
            unknownStart = -1;
            ids.Add(id);
        }

        AddUnknown(word, unknownStart, word.Length, ids);
    }

    // For every place in the word, where the best last piece before it starts, and which piece it is.
    private (int[] Starts, int[] Pieces) BestPath(string word)
    {
        var best = new double[word.Length + 1];
        var starts = new int[word.Length + 1];
        var pieces = new int[word.Length + 1];
        Array.Fill(starts, -1);
        var found = new List<(int Length, int Id)>();
        for (var at = 0; at < word.Length;)
        {
            var size = char.IsSurrogatePair(word, at) ? 2 : 1;
            var coversOne = false;
            _trie.All(word, at, found);
            foreach (var (length, id) in found)
            {
                Offer(at, length, id, best[at] + _scores[id]);
                coversOne |= length == size;
            }

            if (!coversOne)
            {
                Offer(at, size, -1, best[at] + _unknownScore);
            }

            at += size;
        }

        return (starts, pieces);

        void Offer(int start, int length, int id, double score)
        {
            var end = start + length;
            if (starts[end] < 0 || score > best[end])
            {
                (starts[end], best[end], pieces[end]) = (start, score, id);
            }
        }
    }

    private void AddUnknown(string word, int start, int end, List<int> ids)
    {
        if (start < 0)
        {
            return;
        }

        var bytes = _byteFallback ? Encoding.UTF8.GetBytes(word[start..end]) : [];
        var known = bytes.Select(b => _vocabulary.GetValueOrDefault($"<0x{b:X2}>", -1)).ToList();
        if (known.Count > 0 && !known.Contains(-1))
        {
            ids.AddRange(known);
        }
        else if (_unknown is { } id)
        {
            ids.Add(id);
        }
    }
}
