using System.Buffers;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's ways to take text apart.</summary>
internal static class TextSplitting
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    public static TemplateList Split(string text, Arguments a, bool fromEnd)
    {
        var separator = a.TextOrNone(0, "sep");
        var most = a.Integer(1, "maxsplit", -1);
        if (separator is { Length: 0 })
        {
            throw new TemplateFaultException("text cannot be split at nothing.");
        }

        a.Budget.Text(text.Length);
        a.Budget.Search(text.Length, separator?.Length ?? 1);
        var parts = separator is null ? AtBlanks(text, most, fromEnd) : At(text, separator, most, fromEnd);
        a.Budget.Items(parts.Count);
        return new TemplateList([.. parts]);
    }

    public static TemplateList Lines(string text, bool keepEnds, Budget budget)
    {
        budget.Text(text.Length);
        var lines = new List<object?>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny(LineEnds) is >= 0 and var found ? at + found : text.Length;
            var next = end == text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text[at..(keepEnds ? next : end)]);
            at = next;
        }

        budget.Items(lines.Count);
        return new TemplateList(lines);
    }

    public static TemplateList Partition(string text, Arguments a, bool fromEnd)
    {
        var separator = a.Text(0, "sep");
        if (separator.Length == 0)
        {
            throw new TemplateFaultException("text cannot be split at nothing.");
        }

        a.Budget.Text(text.Length);
        a.Budget.Search(text.Length, separator.Length);
        var at = fromEnd ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at >= 0 ? TemplateList.Tuple(text[..at], separator, text[(at + separator.Length)..])
            : fromEnd ? TemplateList.Tuple("", "", text)
            : TemplateList.Tuple(text, "", "");
    }

    private static List<string> At(string text, string separator, long most, bool fromEnd)
    {
        var parts = text.Split(separator);
        if (most < 0 || parts.Length - 1 <= most)
        {
            return [.. parts];
        }

        var kept = (int)most;
        return fromEnd
            ? [string.Join(separator, parts[..^kept]), .. parts[^kept..]]
            : [.. parts[..kept], string.Join(separator, parts[kept..])];
    }

    private static List<string> AtBlanks(string text, long most, bool fromEnd)
    {
        var parts = new List<string>();
        if (fromEnd && most >= 0)
        {
            for (text = text.TrimEnd(); text.Length > 0; text = text.TrimEnd())
            {
                var start = parts.Count == most ? 0 : LastBlank(text) + 1;
                parts.Insert(0, parts.Count == most ? text : text[start..]);
                text = text[..start];
            }

            return parts;
        }

        for (var at = SkipBlanks(text, 0); at < text.Length;)
        {
            var end = parts.Count == most ? text.Length : NextBlank(text, at);
            parts.Add(text[at..end]);
            at = SkipBlanks(text, end);
        }

        return parts;
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int NextBlank(string text, int at)
    {
        while (at < text.Length && !char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int LastBlank(string text)
    {
        var at = text.Length - 1;
        while (at >= 0 && !char.IsWhiteSpace(text[at]))
        {
            at--;
        }

        return at;
    }
}
