using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using EdgeMesh.Core.Texts;

namespace EdgeMesh.Core.Jobs;

/// <summary>A title for people: the file's name, else the first words of the text that mean something, or what the kind says. Pure.</summary>
public static partial class JobTitle
{
    private const int MaxChars = 60;

    // A title is among the first lines or nowhere.
    private const int MaxRead = 16_000;
    private const int MaxLines = 200;
    private const int MaxLine = 1_000;
    private static readonly string[] CaptionHeads = ["WEBVTT", "NOTE", "STYLE", "REGION"];

    /// <summary>At most 60 characters, whole words, and an ellipsis where something was left out.</summary>
    public static string Of(JobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = request is { Options: ChatOptions { Messages.IsEmpty: false } chat, Text: "" } ? chat.Messages[^1].Content : request.Text;
        var title = request.FileName?.Trim() is { Length: > 0 } file ? file : FirstWords(text);
        return title.Length > 0 ? Shorten(title)
            : request.Kind switch { JobKind.Sysinfo => "System information", JobKind.Echo => "Echo", JobKind.Onnx => $"Run of {request.Model}", _ => "Untitled" };
    }

    private static string FirstWords(string text)
    {
        text = (text.Length > MaxRead ? text[..MaxRead] : text).TrimStart('\uFEFF', '\u200B', ' ', '\t', '\r', '\n');
        if (MarkupTitle(text) is { } marked)
        {
            return marked;
        }

        var lines = Lines().Split(text).Take(MaxLines).Select(l => (l.Length > MaxLine ? l[..MaxLine] : l).Trim()).ToList();
        if (MessageHead.Read(lines) is { } head)
        {
            return head.Title ?? (FirstOf(lines[head.Lines..]) is { Length: > 0 } body ? body : FirstOf(lines));
        }

        return FirstOf(lines);
    }

    // A line with words; else a row of a table, else a number, else whatever there is.
    private static string FirstOf(List<string> lines)
    {
        var (row, figure) = ("", "");
        var captions = lines.Count > 0 && lines[0].StartsWith(CaptionHeads[0], StringComparison.Ordinal);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (captions && CaptionHeads.Any(h => line.StartsWith(h, StringComparison.Ordinal)))
            {
                // The block of a comment, a style or the file's own head ends at an empty line.
                for (; i + 1 < lines.Count && lines[i + 1].Length > 0 && !LineStamps.OfASubtitle().IsMatch(lines[i + 1]); i++)
                {
                }

                continue;
            }

            if (Fence().IsMatch(line) || LineStamps.OfASubtitle().IsMatch(line) || IsCueName(lines, i))
            {
                continue;
            }

            if (IsRow(lines, i))
            {
                row = row.Length > 0 || Rule().IsMatch(line) ? row : string.Join(", ", line.Trim('|').Split('|').Select(c => Plain(c.Trim())).Where(c => c.Length > 0));
                continue;
            }

            var words = Plain(WithoutMarks(WithoutStamp(lines, i), lines, i));
            if (words.Any(char.IsLetter))
            {
                return words;
            }

            figure = figure.Length > 0 || !words.Any(c => !"#*->=_~+|\u2022\u2013\u2014. ".Contains(c, StringComparison.Ordinal)) ? figure : words;
        }

        return row.Length > 0 ? row : figure;
    }

    // "12", or a name, before the time of a cue.
    private static bool IsCueName(List<string> lines, int i) => lines[i].Length > 0 && (i == 0 || lines[i - 1].Length == 0) && i + 1 < lines.Count &&
        lines[i + 1].Contains("-->", StringComparison.Ordinal) && LineStamps.OfASubtitle().IsMatch(lines[i + 1]);

    private static bool IsRow(List<string> lines, int i)
    {
        var line = lines[i];
        return (line.Length > 2 && line[0] == '|' && line[^1] == '|') ||
            (line.Contains('|', StringComparison.Ordinal) && ((i + 1 < lines.Count && IsRule(lines[i + 1])) || IsRule(line) || (i > 0 && lines[i - 1].Contains('|', StringComparison.Ordinal) && IsRow(lines, i - 1))));

        static bool IsRule(string line) => line.Contains('|', StringComparison.Ordinal) && Rule().IsMatch(line);
    }

    // "10:00 Ann: hi": a time in brackets or with a date is none of the words; a bare one only where the next line has one too.
    private static string WithoutStamp(List<string> lines, int i)
    {
        var stamp = LineStamps.OfALine().Match(lines[i]);
        return stamp.Success && (stamp.Value.Contains('[', StringComparison.Ordinal) || Date().IsMatch(stamp.Value) || lines.Skip(i + 1).FirstOrDefault(l => l.Length > 0) is { } next && LineStamps.OfALine().IsMatch(next))
            ? lines[i][stamp.Length..] : lines[i];
    }

    private static string WithoutMarks(string line, List<string> lines, int i)
    {
        for (var mark = Mark().Match(line); mark.Success; mark = Mark().Match(line))
        {
            line = line[mark.Length..];
        }

        // "2. Bundesliga" begins no list by itself.
        return Number().Match(line) is { Success: true } number && int.TryParse(number.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) &&
            lines.Skip(i + 1).Any(l => Number().Match(l) is { Success: true } next && next.Groups[1].Value == (value + 1).ToString(CultureInfo.InvariantCulture))
            ? line[number.Length..] : line;
    }

    // Without the tags, links and emphasis of its markup.
    private static string Plain(string line)
    {
        line = line.StartsWith('<') && Tag().IsMatch(line) || CaptionTag().IsMatch(line) ? WebUtility.HtmlDecode(CaptionTag().Replace(Tag().Replace(line, " "), "")) : line;
        line = Link().Replace(line, "$1");
        line = Emphasis().Replace(line, "$2");
        return Spaces().Replace(ClosingMarks().Replace(line, ""), " ").Trim();
    }

    // The title of a page, or its first heading.
    private static string? MarkupTitle(string text)
    {
        if (!PageStart().IsMatch(text))
        {
            return null;
        }

        text = Unseen().Replace(text, " ");
        foreach (var element in (Match[])[PageTitle().Match(text), Heading().Match(text)])
        {
            var words = Spaces().Replace(WebUtility.HtmlDecode(Tag().Replace(element.Groups[1].Value, " ")), " ").Trim();
            if (words.Length > 0)
            {
                return words;
            }
        }

        var first = Spaces().Replace(WebUtility.HtmlDecode(Tag().Replace(BlockEnd().Replace(text, "\n"), " ")).Trim(), m => m.Value.Contains('\n', StringComparison.Ordinal) ? "\n" : " ");
        return FirstOf([.. first.Split('\n').Select(l => l.Trim())]) is { Length: > 0 } some ? some : null;
    }

    private static string Shorten(string line)
    {
        if (line.Length <= MaxChars)
        {
            return line;
        }

        var cut = 0;
        var elements = StringInfo.GetTextElementEnumerator(line[..Math.Min(MaxChars + 40, line.Length)]);
        while (elements.MoveNext() && elements.ElementIndex + elements.GetTextElement().Length <= MaxChars)
        {
            cut = elements.ElementIndex + elements.GetTextElement().Length;
        }

        var space = line.AsSpan(0, cut).LastIndexOf(' ');
        return string.Concat(line.AsSpan(0, space > MaxChars / 2 ? space : cut).TrimEnd(), "\u2026");
    }

    [GeneratedRegex(@"\r\n|[\r\n\v\f\u0085\u2028\u2029]")]
    private static partial Regex Lines();

    [GeneratedRegex(@"^(?:`{3,}|~{3,})[^`]*$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\|?[ :|-]*-[ :|-]*\|?$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")]
    private static partial Regex Date();

    [GeneratedRegex(@"^(?:#{1,6}|[-*+>\u2022\u25cf\u25aa\u2013\u2014\u2192\u2713]|->|\[[ xX]\])[ \t\u00A0]+")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^(\d{1,3})[.)][ \t]+(?=\S)")]
    private static partial Regex Number();

    [GeneratedRegex(@"<(?:/?[a-zA-Z]|!)[^<>]{0,400}>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\{\\[^{}]{0,40}\}|</?[ibu]>|<v[. ][^<>]{0,80}>|</?[vc](?:\.[^<>]{0,80})?>|<\d[^<>]{0,40}>")]
    private static partial Regex CaptionTag();

    [GeneratedRegex(@"!?\[([^\[\]]{1,200})\]\([^()\s]{1,400}\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(\*\*|__|`)(\S(?:.*?\S)?)\1")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"\s+#+\s*$")]
    private static partial Regex ClosingMarks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^<(?:!doctype|!--|\?xml|html|head|body|div|article|section|main|h[1-6]|p|ul|ol|table|span)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PageStart();

    [GeneratedRegex(@"<(script|style)\b[\s\S]*?(?:</\1\s*>|$)|<!--[\s\S]*?(?:-->|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Unseen();

    [GeneratedRegex(@"<title\b[^<>]{0,400}>([\s\S]{0,1000}?)</title", RegexOptions.IgnoreCase)]
    private static partial Regex PageTitle();

    [GeneratedRegex(@"<h[1-6]\b[^<>]{0,400}>([\s\S]{0,1000}?)</h[1-6]", RegexOptions.IgnoreCase)]
    private static partial Regex Heading();

    [GeneratedRegex(@"<br\b[^<>]{0,40}>|</(?:p|div|li|tr|h[1-6]|td|th|section|article)\s*>", RegexOptions.IgnoreCase)]
    private static partial Regex BlockEnd();
}
