using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>Tables (Markdown, comma, semicolon or tab separated): each row is an item, the head is none.</summary>
internal static partial class TableRows
{
    private const int Fewest = 3;
    private static readonly char[] Separators = ['\t', ';', '|', ','];

    /// <summary>Whether a line is a row of a Markdown table.</summary>
    public static bool IsMarkdown(string line) => line.Length > 2 && line[0] == '|' && line[^1] == '|';

    /// <summary>The rows of a Markdown table as text between their outer bars.</summary>
    public static IEnumerable<string> Markdown(IReadOnlyList<string> lines)
    {
        var ruled = lines.Count > 1 && Rule().IsMatch(lines[1]);
        return lines.Skip(ruled ? 2 : 0).Where(l => !Rule().IsMatch(l)).Select(l => l.Trim('|').Trim());
    }

    /// <summary>The rows of a text that is one table with separators; false when it is none.</summary>
    public static bool TryRead(IReadOnlyList<string> lines, out List<string> rows)
    {
        rows = [];
        if (lines.Count < Fewest || lines.All(IsMarkdown))
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

    [GeneratedRegex(@"^\|?[ :|-]*-[ :|-]*\|?$")]
    private static partial Regex Rule();
}
