using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>
/// Splits text into sentences in any script that marks them: . ! ? and their relatives (。！？ ।॥ ؟ ۔ …), blank lines, headings and
/// bullets. Knows initials, decimals and common abbreviations.
/// </summary>
public static partial class SentenceSplitter
{
    private const string Enders = ".!?。！？｡।॥؟۔…";
    private const string WideEnders = "。！？｡।॥";
    private const string Closers = "\"'”’»)]』」）";

    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "e.g", "i.e", "inc", "ltd", "co", "corp", "approx", "al", "cf", "ca",
        "z.b", "d.h", "bzw", "bspw", "ggf", "evtl", "mme", "mlle", "env", "sra", "dra", "jan", "feb", "apr", "jun", "jul", "aug",
        "sep", "sept", "oct", "nov", "dec", "u.s", "u.k",
    };

    // Abbreviations only before a number, words otherwise: "no. 5", but "He said no."
    private static readonly HashSet<string> Numbered = new(StringComparer.OrdinalIgnoreCase) { "no", "nr", "fig", "vol", "p", "pp", "art", "sec", "ch", "mar", "abb" };

    /// <summary>The sentences in order, verbatim but for line breaks inside them.</summary>
    public static List<string> Split(string text)
    {
        var sentences = new List<string>();
        foreach (var block in BlankLines().Split(Headings().Replace(text, "\n\n$1\n\n")))
        {
            foreach (var piece in Bullets().Split(block))
            {
                SplitBlock(Spaces().Replace(piece, " ").Trim(), sentences);
            }
        }

        return sentences;
    }

    private static void SplitBlock(string block, List<string> sentences)
    {
        var start = 0;
        for (var i = 0; i < block.Length; i++)
        {
            if (!Enders.Contains(block[i], StringComparison.Ordinal))
            {
                continue;
            }

            var end = i + 1;
            while (end < block.Length && (Enders.Contains(block[end], StringComparison.Ordinal) || Closers.Contains(block[end], StringComparison.Ordinal)))
            {
                end++;
            }

            if (IsBoundary(block, start, i, end))
            {
                Add(block[start..end], sentences);
                start = end;
            }

            i = end - 1;
        }

        Add(block[start..], sentences);
    }

    private static bool IsBoundary(string block, int start, int at, int end)
    {
        if (end >= block.Length)
        {
            return true;
        }

        if (WideEnders.Contains(block[at], StringComparison.Ordinal))
        {
            // 「行こう。」と言った。 is one sentence: a word right after the quotation goes on.
            return !(Closers.Contains(block[end - 1], StringComparison.Ordinal) && char.IsLetter(block[end]));
        }

        if (block[end] != ' ')
        {
            return false;
        }

        var next = end + 1 < block.Length ? block[end + 1] : ' ';
        if (block[at] != '.')
        {
            return !char.IsLower(next);
        }

        var wordStart = block.LastIndexOf(' ', at - 1 < start ? start : at - 1) + 1;
        var word = block[Math.Max(start, wordStart)..at].TrimStart('(', '"', '“', '‘');
        var initial = word.Length == 1 && char.IsUpper(word[0]);
        return !initial && !Abbreviations.Contains(word) && !(char.IsDigit(next) && Numbered.Contains(word)) && !char.IsLower(next);
    }

    private static void Add(string sentence, List<string> sentences)
    {
        var trimmed = sentence.Trim();
        if (trimmed.Any(char.IsLetterOrDigit))
        {
            sentences.Add(trimmed);
        }
    }

    [GeneratedRegex(@"\r?\n[ \t]*(?:\r?\n)+")]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"^[ \t]*(#{1,6}[ \t][^\r\n]*)\r?$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"(?:^|\r?\n)[ \t]*(?:[-*•‣#]+|\d{1,3}[.)])[ \t]+")]
    private static partial Regex Bullets();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
