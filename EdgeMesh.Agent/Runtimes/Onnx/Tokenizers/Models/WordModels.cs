namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;

/// <summary>Every word is one token.</summary>
internal sealed class WordLevelModel(Dictionary<string, int> vocabulary, string unknown) : ITokenModel
{
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public void Encode(string word, List<int> ids)
    {
        if (vocabulary.TryGetValue(word, out var id) || vocabulary.TryGetValue(unknown, out id))
        {
            ids.Add(id);
        }
    }
}

/// <summary>BERT's WordPiece: the longest known beginning, then the longest known continuation; unknown as a whole if that fails.</summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly string _prefix;
    private readonly int _unknown;
    private readonly int _maxChars;
    private readonly int _longest;

    public WordPieceModel(Dictionary<string, int> vocabulary, string unknown, string prefix, int maxChars)
    {
        (_vocabulary, _prefix, _maxChars) = (vocabulary, prefix, maxChars);
        _unknown = vocabulary.TryGetValue(unknown, out var id) ? id : throw new TokenizerException(TokenizerFault.Garbled, $"tokenizer.json names the token '{unknown}', which its vocabulary does not hold.");
        _longest = vocabulary.Keys.Max(k => k.Length);
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public void Encode(string word, List<int> ids)
    {
        var first = ids.Count;
        var known = word.EnumerateRunes().Count() <= _maxChars;
        for (var at = 0; known && at < word.Length;)
        {
            var (length, id) = Longest(word, at);
            known = length > 0;
            ids.Add(id);
            at += length;
        }

        if (!known)
        {
            ids.RemoveRange(first, ids.Count - first);
            ids.Add(_unknown);
        }
    }

    private (int Length, int Id) Longest(string word, int at)
    {
        for (var length = Math.Min(word.Length - at, _longest); length > 0; length--)
        {
            var text = word.Substring(at, length);
            if (_vocabulary.TryGetValue(at > 0 ? _prefix + text : text, out var id))
            {
                return (length, id);
            }
        }

        return (0, -1);
    }
}
