using System.Buffers;
using System.Globalization;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>A token that is found in the text itself, before or after normalising.</summary>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized, bool Special);

/// <summary>Cuts added tokens out of a text: leftmost first, the longest there.</summary>
internal sealed class AddedTokens
{
    private readonly Trie _trie = new();
    private readonly SearchValues<char> _firsts;
    private readonly List<AddedToken> _tokens;

    public AddedTokens(IEnumerable<(string Pattern, AddedToken Token)> tokens)
    {
        var usable = tokens.Where(t => t.Pattern.Length > 0).ToList();
        _tokens = usable.ConvertAll(t => t.Token);
        _firsts = SearchValues.Create([.. usable.Select(t => t.Pattern[0])]);
        for (var i = 0; i < usable.Count; i++)
        {
            _trie.Add(usable[i].Pattern, i);
        }
    }

    /// <summary>The pieces of a text in order: an added token, or the text between, with its place.</summary>
    public IEnumerable<(AddedToken? Token, string Text, int Start)> Split(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length;)
        {
            var next = text.AsSpan(at).IndexOfAny(_firsts);
            if (next < 0)
            {
                break;
            }

            at += next;
            var (length, index) = _trie.Longest(text, at);
            if (length == 0 || at < start)
            {
                at++;
                continue;
            }

            var token = _tokens[index];
            var end = at + length;
            if (token.SingleWord && ((at > 0 && IsWord(text[at - 1])) || (end < text.Length && IsWord(text[end]))))
            {
                at = end;
                continue;
            }

            var from = token.LeftStrip ? Math.Max(start, text.AsSpan(0, at).TrimEnd().Length) : at;
            at = end = token.RightStrip ? text.Length - text.AsSpan(end).TrimStart().Length : end;
            if (from > start)
            {
                yield return (null, text[start..from], start);
            }

            yield return (token, token.Content, from);
            start = end;
        }

        if (start < text.Length)
        {
            yield return (null, text[start..], start);
        }
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
