namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>The tags of a text in order, found without reading it as a page.</summary>
internal static class HtmlTags
{
    private const int LongestTag = 2_000;
    private const int MostWords = 5_000;
    private const int LongestName = 20;

    // Elements without an end, and those that the next one of their kind ends.
    private static readonly HashSet<string> Flat =
        new(StringComparer.OrdinalIgnoreCase) { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "option", "html", "head", "body" };

    /// <summary>Whether an element that is not closed holds what follows.</summary>
    public static bool Deepens(string name) => !Flat.Contains(name);

    /// <summary>Whether a tag has more words than a parser compares in good time.</summary>
    public static bool HasEndless(string text)
    {
        for (var start = text.IndexOf('<', StringComparison.Ordinal); start >= 0;)
        {
            var end = text.IndexOf('>', start);
            end = end < 0 ? text.Length : end;
            if (end - start > MostWords && char.IsAsciiLetter(text[start + 1]) && text.AsSpan(start, end - start).Count(' ') > MostWords)
            {
                return true;
            }

            start = end < text.Length ? text.IndexOf('<', end) : -1;
        }

        return false;
    }

    /// <summary>The tags of at most 2,000 characters.</summary>
    public static IEnumerable<HtmlTag> Read(string text)
    {
        for (var start = text.IndexOf('<', StringComparison.Ordinal); start >= 0 && start + 2 < text.Length;)
        {
            var tag = At(text, start);
            if (tag is { } found)
            {
                yield return found;
            }

            start = text.IndexOf('<', tag?.End ?? start + 1);
        }
    }

    private static HtmlTag? At(string text, int start)
    {
        var closes = text[start + 1] == '/';
        var begin = start + (closes ? 2 : 1);
        var end = begin;
        while (end < text.Length && end - begin <= LongestName && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        if (end == begin || !char.IsAsciiLetter(text[begin]) || end - begin > LongestName)
        {
            return null;
        }

        var quote = '\0';
        for (var i = end; i < text.Length && i - start < LongestTag; i++)
        {
            if (quote != '\0')
            {
                quote = text[i] == quote ? '\0' : quote;
            }
            else if (text[i] is '"' or '\'')
            {
                quote = text[i];
            }
            else if (text[i] is '>')
            {
                return new HtmlTag(text[begin..end], closes, start, i + 1);
            }
            else if (text[i] is '<')
            {
                return null;
            }
        }

        return null;
    }
}

/// <param name="Name">Of the element, in whatever letters.</param>
/// <param name="Closes">It ends the element.</param>
/// <param name="Start">Its first character in the text.</param>
/// <param name="End">The character behind it.</param>
internal readonly record struct HtmlTag(string Name, bool Closes, int Start, int End);
