using System.Text.RegularExpressions;
using EdgeMesh.Agent.Runtimes.Summariser.Layout;
using EdgeMesh.Core.Texts;

namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>
/// Splits a text into what a summary may be made of: whole sentences of prose in any script that marks them (<see cref="SentenceBoundary"/>), items of lists, rows of tables,
/// messages of a chat, lines of a log, what is said in subtitles.
/// </summary>
public static partial class SentenceSplitter
{
    /// <summary>The sentences and items in order, verbatim but for line breaks, bullets and times of subtitles.</summary>
    public static List<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = TextLines.Normalise(HtmlText.TryRead(text, out var read) ? read : text);
        text = Subtitles.TryRead(text, out var spoken) ? spoken : text;
        var lines = TextLines.Filled(text);
        List<string> sentences = [];
        if (StampedLines.TryRead(lines, out var items) || TableRows.TryRead(lines, out items))
        {
            items.ForEach(i => Add(i, sentences));
            return sentences;
        }

        var boundary = SentenceBoundary.For(text);
        foreach (var block in BlankLines().Split(Headings().Replace(text, "\n\n$1\n\n")))
        {
            SplitBlock(TextLines.Filled(block), boundary, sentences);
        }

        return sentences;
    }

    private static void SplitBlock(List<string> lines, SentenceBoundary boundary, List<string> sentences)
    {
        var apart = AreItems(lines);
        var prose = "";
        var number = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            if (TableRows.MarkdownLines(lines, i) is > 0 and var rows)
            {
                Flush();
                TableRows.Markdown(lines.GetRange(i, rows)).ToList().ForEach(r => Add(r, sentences));
                i += rows - 1;
                continue;
            }

            if (!lines[i].Any(char.IsLetterOrDigit))
            {
                // A rule between paragraphs, the line under a heading.
                Flush();
                continue;
            }

            var ended = prose.Length == 0 || SentenceMarks.IsEnd(prose[^1]) || prose[^1] == ':';
            var item = ListItems.Begin(lines[i], ref number, ended);
            if (item is not null || apart)
            {
                Flush();
            }

            prose = prose.Length == 0 ? item ?? lines[i] : prose + " " + lines[i];
        }

        Flush();

        void Flush()
        {
            SplitProse(Spaces().Replace(prose, " ").Trim(), boundary, sentences);
            prose = "";
        }
    }

    // Lines that each begin anew and of which few end: a list without bullets, an address, a poem. Wrapped prose goes on in small letters.
    private static bool AreItems(List<string> lines) => lines.Count > 2 &&
        !lines.Skip(1).Any(l => char.IsLower(l[0])) &&
        lines.Count(l => SentenceMarks.IsEnd(l[^1]) || l[^1] is ',' or '-' or ';') * 3 <= lines.Count &&
        lines.Skip(1).All(l => char.IsUpper(l[0]) || char.IsDigit(l[0]));

    private static void SplitProse(string prose, SentenceBoundary boundary, List<string> sentences)
    {
        var start = 0;
        for (var i = 0; i < prose.Length; i++)
        {
            if (!SentenceMarks.IsEnd(prose[i]))
            {
                continue;
            }

            var end = i + 1;
            while (end < prose.Length && (SentenceMarks.IsEnd(prose[end]) || SentenceMarks.IsClosing(prose[end])))
            {
                end++;
            }

            if (boundary.Ends(prose, start, i, end))
            {
                Add(prose[start..end], sentences);
                start = end;
            }

            i = end - 1;
        }

        foreach (var phrase in SpacedScripts.Split(prose[start..]))
        {
            Add(phrase, sentences);
        }
    }

    private static void Add(string sentence, List<string> sentences)
    {
        var trimmed = sentence.Trim();
        if (trimmed.Any(char.IsLetterOrDigit))
        {
            sentences.Add(trimmed);
        }
    }

    [GeneratedRegex(@"\n[ \t]*\n+")]
    private static partial Regex BlankLines();

    // "# Title", and a line that is underlined.
    [GeneratedRegex(@"^[ \t]*(#{1,6}[ \t][^\n]*|[^\n]+(?=\n[ \t]*(?:={3,}|-{3,})[ \t]*$))$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
