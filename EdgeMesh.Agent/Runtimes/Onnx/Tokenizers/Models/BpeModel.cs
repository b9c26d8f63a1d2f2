using System.Collections.Concurrent;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;

/// <summary>How a BPE model treats what its vocabulary does not hold, and the ends of words.</summary>
internal sealed record BpeOptions(string? UnknownToken, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, string Prefix, string Suffix);

/// <summary>
/// Byte-pair encoding (Sennrich et al., 2016): joins the neighbours whose merge was learned first until none is left. The pairs wait in a
/// priority queue, so a word of n characters costs n log n.
/// </summary>
internal sealed class BpeModel : ITokenModel
{
    private const int CachedWords = 16_384;
    private const int CachedChars = 64;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<long, (int Rank, int Id)> _merges = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly BpeOptions _options;
    private readonly int[] _bytes = new int[256];
    private readonly int? _unknown;
    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private int _cached;

    /// <param name="vocabulary">Tokens and their ids.</param>
    /// <param name="merges">Which neighbours join; the lowest rank first, among equal ranks the leftmost.</param>
    /// <param name="options">The rest.</param>
    public BpeModel(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right, int Rank)> merges, BpeOptions options)
    {
        (_vocabulary, _options) = (vocabulary, options);
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknown = options.UnknownToken is { } unknown ? vocabulary.TryGetValue(unknown, out var id) ? id : throw NotInVocabulary(unknown) : null;
        for (var i = 0; i < 256; i++)
        {
            _bytes[i] = vocabulary.GetValueOrDefault($"<0x{i:X2}>", -1);
        }

        foreach (var (left, right, rank) in merges)
        {
            var joined = left + right[Math.Min(right.Length, options.Prefix.Length)..];
            _merges[Pair(Id(left), Id(right))] = (rank, Id(joined));
        }
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public void Encode(string word, List<int> ids)
    {
        if (_options.IgnoreMerges && _vocabulary.TryGetValue(word, out var whole))
        {
            ids.Add(whole);
            return;
        }

        if (word.Length > CachedChars)
        {
            ids.AddRange(Merge(Symbols(word)));
            return;
        }

        if (!_cache.TryGetValue(word, out var known))
        {
            known = Merge(Symbols(word));
            if (_cached < CachedWords && _cache.TryAdd(word, known))
            {
                Interlocked.Increment(ref _cached);
            }
        }

        ids.AddRange(known);
    }

    private List<int> Symbols(string word)
    {
        var symbols = new List<int>(word.Length);
        var openUnknown = false;
        for (var i = 0; i < word.Length;)
        {
            var length = char.IsSurrogatePair(word, i) ? 2 : 1;
            var text = word.AsSpan(i, length);
            text = i > 0 && _options.Prefix.Length > 0 ? _options.Prefix + text.ToString() : text;
            i += length;
            text = i == word.Length && _options.Suffix.Length > 0 ? text.ToString() + _options.Suffix : text;
            if (_lookup.TryGetValue(text, out var id))
            {
                symbols.Add(id);
                openUnknown = false;
            }
            else if (!TryAddBytes(text.ToString(), symbols) && _unknown is { } unknown)
            {
                if (!openUnknown || !_options.FuseUnknown)
                {
                    symbols.Add(unknown);
                }

                openUnknown = true;
            }
        }

        return symbols;
    }

    private bool TryAddBytes(string text, List<int> symbols)
    {
        if (!_options.ByteFallback)
        {
            return false;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (Array.Exists(bytes, b => _bytes[b] < 0))
        {
            return false;
        }

        symbols.AddRange(bytes.Select(b => _bytes[b]));
        return true;
    }

    private int[] Merge(List<int> symbols)
    {
        var count = symbols.Count;
        var ids = symbols.ToArray();
        if (count < 2)
        {
            return ids;
        }

        // A linked list: a joined symbol lives on at its left place, its right place is gone (-1).
        var next = new int[count];
        var previous = new int[count];
        var queue = new PriorityQueue<(int Place, int Joined), long>(count);
        for (var i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
        }

        for (var i = 0; i + 1 < count; i++)
        {
            Enqueue(queue, ids, i, i + 1);
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            var (place, joined) = pair;
            var after = next[place];
            if (after >= count || !_merges.TryGetValue(Pair(ids[place], ids[after]), out var merge) || merge.Id != joined)
            {
                continue; // One of the two was joined meanwhile.
            }

            ids[place] = joined;
            ids[after] = -1;
            next[place] = next[after];
            if (next[place] < count)
            {
                previous[next[place]] = place;
                Enqueue(queue, ids, place, next[place]);
            }

            if (previous[place] >= 0)
            {
                Enqueue(queue, ids, previous[place], place);
            }
        }

        return Array.FindAll(ids, id => id >= 0);
    }

    private void Enqueue(PriorityQueue<(int Place, int Joined), long> queue, int[] ids, int left, int right)
    {
        if (_merges.TryGetValue(Pair(ids[left], ids[right]), out var merge))
        {
            queue.Enqueue((left, merge.Id), Pair(merge.Rank, left)); // The lowest rank first, then the leftmost.
        }
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    private int Id(string token) => _vocabulary.TryGetValue(token, out var id) ? id : throw NotInVocabulary(token);

    private static TokenizerException NotInVocabulary(string token)
        => new(TokenizerFault.Garbled, $"tokenizer.json names the token '{(token.Length > 40 ? token[..40] + "…" : token)}', which its vocabulary does not hold.");
}
