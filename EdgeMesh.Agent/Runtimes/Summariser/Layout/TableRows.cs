namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>Tables (Markdown, comma, semicolon or tab separated): each row is an item, the head is none.</summary>
internal static class TableRows
{
    private const int Fewest = 3;
    private static readonly char[] Separators = ['\t', ';', '|', ','];

    /// <summary>
    /// How many lines from one on are a Markdown table: rows between outer bars, or, without these, a head, a rule of as many cells and what follows with a bar in it. 0 for none.
    /// </summary>
    public static int MarkdownLines(IReadOnlyList<string> lines, int start)
    {
        var framed = lines.Skip(start).TakeWhile(IsFramed).Count();
        if (framed > 0)
        {
            return framed;
        }

        var ruled = start + 1 < lines.Count && IsRule(lines[start + 1]) && Cells(lines[start]) is > 1 and var cells && cells == Cells(lines[start + 1]);
        return ruled ? 2 + lines.Skip(start + 2).TakeWhile(l => Cells(l) > 1).Count() : 0;
    }

    /// <summary>The rows of a Markdown table as text between their outer bars.</summary>
    public static IEnumerable<string> Markdown(IReadOnlyList<string> lines) =>
        lines.Skip(lines.Count > 1 && IsRule(lines[1]) ? 2 : 0).Where(l => !IsRule(l)).Select(l => l.Trim('|').Trim());

    /// <summary>The rows of a text that is one table with separators; false when it is none.</summary>
    public static bool TryRead(IReadOnlyList<string> lines, out List<string> rows)
    {
        rows = [];
        if (lines.Count < Fewest || lines.All(IsFramed))
        {
            return false;
        }

        var whole = JoinQuoted(lines);
        foreach (var separator in Separators)
        {
            var counts = whole.ConvertAll(l => Count(l, separator));
            // Prose has commas too: it takes two in every line, the same number, and no full stop at the end of most.
            if (counts[0] >= (separator == ',' ? 2 : 1) && counts.TrueForAll(c => c == counts[0]) && (separator != ',' || whole.Count(l => l[^1] == '.') * 2 < whole.Count))
            {
                rows = [.. whole.Skip(IsHead(whole[0]) ? 1 : 0)];
                return true;
            }
        }

        return false;
    }

    private static bool IsFramed(string line) => line.Length > 2 && line[0] == '|' && line[^1] == '|';

    private static bool IsRule(string line) => line.Contains('|', StringComparison.Ordinal) && line.Contains('-', StringComparison.Ordinal) && !line.AsSpan().ContainsAnyExcept(" \t:|-");

    // Bars that are escaped are none.
    private static int Cells(string line)
    {
        var inner = line.Replace("\\|", "", StringComparison.Ordinal).Trim();
        inner = inner.Length > 0 && inner[0] == '|' ? inner[1..] : inner;
        inner = inner.Length > 0 && inner[^1] == '|' ? inner[..^1] : inner;
        return inner.Count(c => c == '|') + 1;
    }

    private static bool IsHead(string line) => !line.Any(char.IsDigit) && !line.Contains(". ", StringComparison.Ordinal);

    // A quoted cell may have line breaks in it.
    private static List<string> JoinQuoted(IReadOnlyList<string> lines)
    {
        List<string> whole = [];
        var open = false;
        foreach (var line in lines)
        {
            if (open)
            {
                whole[^1] += " " + line;
            }
            else
            {
                whole.Add(line);
            }

            open ^= line.Count(c => c == '"') % 2 == 1;
        }

        return whole;
    }

    private static int Count(string line, char separator)
    {
        var (count, quoted) = (0, false);
        foreach (var c in line)
        {
            quoted ^= c == '"';
            count += c == separator && !quoted ? 1 : 0;
        }

        return count;
    }
}
