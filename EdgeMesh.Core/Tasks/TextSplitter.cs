using EdgeMesh.Core.Texts;

namespace EdgeMesh.Core.Tasks;

/// <summary>Splits a text into pieces of about equal length, at the best border near each cut: paragraph, sentence, line, word. Pure.</summary>
public static class TextSplitter
{
    /// <summary>The pieces in order; together they are the whole text. Fewer than asked when the text is shorter than that.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">How many, at least 1.</param>
    public static ImmutableArray<TaskInput> Split(string text, int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 1);
        var inputs = ImmutableArray.CreateBuilder<TaskInput>(pieces);
        var sentences = SentenceBoundary.For(text);
        var start = 0;
        for (var piece = 1; piece <= pieces && start < text.Length; piece++)
        {
            var end = piece == pieces ? text.Length : Border(text, sentences, start, (int)((long)text.Length * piece / pieces), text.Length / pieces / 4);
            if (end > start)
            {
                inputs.Add(new TaskInput(start, end - start, []));
                start = end;
            }
        }

        return inputs.ToImmutable();
    }

    /// <summary>The longest beginning of at most so many tokens, up to the last good border in it; the whole text when it is that short.</summary>
    public static ReadOnlySpan<char> Beginning(string text, int tokens)
    {
        if (TokenEstimate.Of(text) <= tokens)
        {
            return text;
        }

        var (end, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > tokens * TokenEstimate.BytesPerToken)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        var sentences = SentenceBoundary.For(text);
        for (var strength = 3; strength > 0; strength--)
        {
            for (var at = end; at > end / 2; at--)
            {
                if (Strength(text, sentences, at) >= strength)
                {
                    return text.AsSpan(0, at).TrimEnd();
                }
            }
        }

        return text.AsSpan(0, end);
    }

    // The best border within reach of the ideal cut; among equals the nearest.
    private static int Border(string text, SentenceBoundary sentences, int start, int ideal, int reach)
    {
        var (best, bestScore) = (ideal, -1.0);
        for (var at = Math.Max(start + 1, ideal - reach); at <= Math.Min(text.Length - 1, ideal + reach); at++)
        {
            var strength = Strength(text, sentences, at);
            var score = strength == 0 ? -1 : strength - (Math.Abs(at - ideal) / (reach + 1.0));
            if (score > bestScore)
            {
                (best, bestScore) = (at, score);
            }
        }

        return char.IsLowSurrogate(text[best]) ? best + 1 : best;
    }

    // How good it is to cut before the character at this place: 4 paragraph, 3 sentence, 2 line, 1 word, 0 not at all.
    private static int Strength(string text, SentenceBoundary sentences, int at)
    {
        var before = text[at - 1];
        if (before == '\r' && text[at] == '\n')
        {
            return 0;
        }

        if (before == '\u2029')
        {
            return 4;
        }

        if (before is '\n' or '\r' or '\u2028' or '\u0085')
        {
            // One line end, of one or two characters; a paragraph ends where the line before it is empty.
            var line = at - (before == '\n' && at >= 2 && text[at - 2] == '\r' ? 2 : 1);
            return line > 0 && (text[line - 1] is '\n' or '\r' or '\u2028' or '\u0085') ? 4 : sentences.EndsBefore(text, at) ? 3 : 2;
        }

        if (char.IsWhiteSpace(before))
        {
            return sentences.EndsBefore(text, at) ? 3 : 1;
        }

        // Scripts that write sentences without spaces between them.
        return SentenceMarks.IsWideEnd(before) && sentences.EndsBefore(text, at) ? 3 : 0;
    }
}
