using System.Globalization;

namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>
/// The words of a sentence as numbers: letters and digits folded to lower case, words of grammar left out; pairs of characters where a
/// script has no spaces.
/// </summary>
public sealed class Terms
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>Distinct words seen.</summary>
    public int Count => _ids.Count;

    /// <summary>Term counts of one sentence.</summary>
    public Dictionary<int, int> Of(string sentence)
    {
        var counts = new Dictionary<int, int>();
        var start = -1;
        for (var i = 0; i <= sentence.Length; i++)
        {
            var letter = i < sentence.Length && (char.IsLetterOrDigit(sentence[i]) || IsMark(sentence[i]));
            if (letter && IsIdeographic(sentence[i]))
            {
                Flush(i);
                start = -1;
                if (i + 1 < sentence.Length && IsIdeographic(sentence[i + 1]))
                {
                    Add(sentence.Substring(i, 2), counts);
                }
            }
            else if (letter)
            {
                start = start < 0 ? i : start;
            }
            else
            {
                Flush(i);
                start = -1;
            }
        }

        return counts;

        void Flush(int end)
        {
            if (start >= 0)
            {
                Add(sentence[start..end], counts);
            }
        }
    }

    private void Add(string word, Dictionary<int, int> counts)
    {
        var folded = word.ToLowerInvariant();
        if (StopWords.Contains(folded))
        {
            return;
        }

        if (!_ids.TryGetValue(folded, out var id))
        {
            _ids[folded] = id = _ids.Count;
        }

        counts[id] = counts.GetValueOrDefault(id) + 1;
    }

    private static bool IsMark(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Han, Hiragana, Katakana: written without spaces.
    private static bool IsIdeographic(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');
}
