using System.Text.RegularExpressions;

namespace EdgeMesh.Core.Texts;

/// <summary>
/// Whether a mark ends a sentence. Rules in the spirit of Unicode's text segmentation (UAX 29), with what it leaves to a language: abbreviations, initials, ordinals and
/// Roman numbers. Pure. Where both readings are possible the sentence goes on: a summary with two sentences in one is better than a torn one.
/// </summary>
/// <param name="ordinals">The text writes ordinals with a full stop ("am 3. Oktober").</param>
public sealed partial class SentenceBoundary(bool ordinals)
{
    private const int LongestOrdinal = 3;
    private const int LongestWord = 40;

    /// <summary>Rules for the language of a text.</summary>
    public static SentenceBoundary For(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new SentenceBoundary(FunctionWords.WritesOrdinalsWithStops(text));
    }

    /// <summary>Whether a sentence ends before the character at this place, which follows white space or a mark that needs none.</summary>
    public bool EndsBefore(string text, int at)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = at;
        while (end > 0 && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        var mark = end;
        while (mark > 0 && SentenceMarks.IsClosing(text[mark - 1]))
        {
            mark--;
        }

        if (mark == 0 || !SentenceMarks.IsEnd(text[mark - 1]))
        {
            return false;
        }

        while (mark > 1 && SentenceMarks.IsEnd(text[mark - 2]))
        {
            mark--;
        }

        return Ends(text, 0, mark - 1, end);
    }

    /// <summary>Whether the marks from <paramref name="at"/> up to <paramref name="end"/>, with the closing quotes after them, end the sentence that begins at <paramref name="start"/>.</summary>
    public bool Ends(string text, int start, int at, int end)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (end >= text.Length)
        {
            return true;
        }

        if (SentenceMarks.IsWideEnd(text[at]))
        {
            return EndsWide(text, at, end);
        }

        if (!char.IsWhiteSpace(text[end]))
        {
            return false;
        }

        var next = NextWord(text, end);
        if (next.Length > 0 && char.IsLower(next[0]))
        {
            return false;
        }

        // "What?!", "Wait ...": only a single full stop has other uses.
        return text[at] != '.' || (at + 1 < end && text[at + 1] == '.') || next.Length == 0 || StopEnds(WordBefore(text, start, at), next);
    }

    private static bool EndsWide(string text, int at, int end)
    {
        // ３．５ is a number; 「行こう。」と言った。 is one sentence: a particle right after the quotation goes on.
        var number = text[at] == '\uFF0E' && at > 0 && char.IsDigit(text[at - 1]) && char.IsDigit(text[end]);
        return !number && !(SentenceMarks.IsClosing(text[end - 1]) && (IsHiragana(text[end]) || char.IsLower(text[end])));
    }

    private static bool IsHiragana(char c) => c is >= '\u3041' and <= '\u309F';

    private bool StopEnds(string word, string next)
    {
        if (word.Length == 0)
        {
            return true;
        }

        var folded = word.ToLowerInvariant();
        var opens = FunctionWords.Opens(next);
        if (!word.Any(char.IsLetter))
        {
            return !(ordinals && word.Length <= (word.Contains('.', StringComparison.Ordinal) ? LongestWord : LongestOrdinal)) || opens;
        }

        if (Roman().IsMatch(word) && word.Length > 1)
        {
            return !ordinals || opens;
        }

        if (Abbreviations.NeverEnds(folded))
        {
            return false;
        }

        if (Abbreviations.PrecedesNumbers(folded) && (char.IsDigit(next[0]) || Roman().IsMatch(next)))
        {
            return false;
        }

        // "z.B", "U.S", "Ph.D"; not an address or a file.
        var dotted = word.Split('.') is { Length: > 1 } parts && Array.TrueForAll(parts, p => p.Length is > 0 and < 4);
        return Abbreviations.MayEndSentence(folded) || (dotted && char.IsUpper(word[0])) || (word.Length == 1 && char.IsUpper(word[0])) ? opens
            : !dotted && !(word.Length == 1 && char.IsLower(word[0]));
    }

    // Up to the space before; brackets and quotes before it are none of it. In "z. B." both are words of one letter.
    private static string WordBefore(string text, int start, int at)
    {
        var from = at;
        while (from > start && at - from < LongestWord && !char.IsWhiteSpace(text[from - 1]))
        {
            from--;
        }

        while (from < at && SentenceMarks.IsOpening(text[from]))
        {
            from++;
        }

        return text[from..at];
    }

    private static string NextWord(string text, int from)
    {
        while (from < text.Length && (char.IsWhiteSpace(text[from]) || SentenceMarks.IsOpening(text[from])))
        {
            from++;
        }

        var to = from;
        while (to < text.Length && to - from < LongestWord && char.IsLetterOrDigit(text[to]))
        {
            to++;
        }

        return text[from..to];
    }

    [GeneratedRegex("^(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$")]
    private static partial Regex Roman();
}
