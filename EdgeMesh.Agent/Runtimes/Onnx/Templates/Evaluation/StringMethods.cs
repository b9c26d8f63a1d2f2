using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's methods of text.</summary>
internal static class StringMethods
{
    public static Function? Find(string text, string id)
    {
        Func<Arguments, object?>? body = id switch
        {
            "strip" => a => Strip(text, a.TextOrNone(0, "chars"), true, true, a.Budget),
            "lstrip" => a => Strip(text, a.TextOrNone(0, "chars"), true, false, a.Budget),
            "rstrip" => a => Strip(text, a.TextOrNone(0, "chars"), false, true, a.Budget),
            "upper" => a => Made(Upper(text), a),
            "lower" => a => Made(text.ToLowerInvariant(), a),
            "casefold" => a => Made(text.ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal), a),
            "swapcase" => a => Made(string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))), a),
            "expandtabs" => a => ExpandTabs(text, a),
            "format" => a => StrFormat.Apply(text, a),
            "title" => a => Title(text, a.Budget),
            "capitalize" => a => Capitalize(text, a.Budget),
            "startswith" => a => AnyOf(text, a, (part, wanted) => part.StartsWith(wanted, StringComparison.Ordinal)),
            "endswith" => a => AnyOf(text, a, (part, wanted) => part.EndsWith(wanted, StringComparison.Ordinal)),
            "removeprefix" => a => a.Text(0, "prefix") is { Length: > 0 } s && text.StartsWith(s, StringComparison.Ordinal) ? text[s.Length..] : text,
            "removesuffix" => a => a.Text(0, "suffix") is { Length: > 0 } s && text.EndsWith(s, StringComparison.Ordinal) ? text[..^s.Length] : text,
            "split" => a => TextSplitting.Split(text, a, false),
            "rsplit" => a => TextSplitting.Split(text, a, true),
            "splitlines" => a => TextSplitting.Lines(text, a.Truth(0, "keepends", false), a.Budget),
            "partition" => a => TextSplitting.Partition(text, a, false),
            "rpartition" => a => TextSplitting.Partition(text, a, true),
            "replace" => a => Replace(text, a.Text(0, "old"), a.Text(1, "new"), a.Integer(2, "count", -1), a.Budget),
            "join" => a => JoinTexts(text, a),
            "find" => a => Index(text, a, false),
            "rfind" => a => Index(text, a, true),
            "index" => a => Index(text, a, false) is >= 0 and var at ? at : throw new TemplateFaultException("the text looked for is not there."),
            "rindex" => a => Index(text, a, true) is >= 0 and var at ? at : throw new TemplateFaultException("the text looked for is not there."),
            "count" => a => TextWindow.Of(text, a, 1) is { } window ? Occurrences(window.Text, a.Text(0, "sub"), a.Budget) : 0L,
            "isdecimal" => _ => All(text, char.IsDigit),
            "isdigit" => _ => All(text, c => CharUnicodeInfo.GetDigitValue(c) >= 0),
            "isnumeric" => _ => All(text, c => CharUnicodeInfo.GetNumericValue(c) >= 0),
            "isascii" => _ => text.All(char.IsAscii),
            "isidentifier" => _ => text.Length > 0 && !char.IsDigit(text[0]) && text.All(c => char.IsLetterOrDigit(c) || c == '_'),
            "istitle" => a => text.Any(char.IsLetter) && Title(text, a.Budget) == text,
            "isalpha" => _ => All(text, char.IsLetter),
            "isalnum" => _ => All(text, char.IsLetterOrDigit),
            "isspace" => _ => All(text, char.IsWhiteSpace),
            "isupper" => _ => text.Any(char.IsUpper) && !text.Any(char.IsLower),
            "islower" => _ => text.Any(char.IsLower) && !text.Any(char.IsUpper),
            "zfill" => a => ZeroFill(text, Width(a)),
            "center" => a => Center(text, a.Integer(0, "width", 0), Fill(a), a.Budget),
            "ljust" => a => Made(text.PadRight(Width(a), Fill(a)), a),
            "rjust" => a => Made(text.PadLeft(Width(a), Fill(a)), a),
            _ => null,
        };
        return body is null ? null : new Function(id, body);
    }

    public static string Strip(string text, string? chars, bool start, bool end, Budget budget)
    {
        budget.Text(text.Length);
        var set = chars?.ToCharArray();
        text = !start ? text : set is null ? text.TrimStart() : set.Length == 0 ? text : text.TrimStart(set);
        return !end ? text : set is null ? text.TrimEnd() : set.Length == 0 ? text : text.TrimEnd(set);
    }

    public static string Capitalize(string text, Budget budget)
    {
        budget.Text(text.Length);
        return text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();
    }

    public static string Replace(string text, string old, string replacement, long count, Budget budget)
    {
        if (count == 0)
        {
            return text;
        }

        var found = old.Length == 0 ? text.Length + 1L : Occurrences(text, old, budget);
        found = count < 0 ? found : Math.Min(found, count);
        budget.Text(text.Length + (found * (replacement.Length - old.Length)));
        if (old.Length > 0 && count < 0)
        {
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        var at = 0;
        for (; found > 0; found--)
        {
            var next = old.Length == 0 ? at : text.IndexOf(old, at, StringComparison.Ordinal);
            result.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
            if (old.Length == 0 && at < text.Length)
            {
                result.Append(text[at++]);
            }
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    public static string Join(string separator, List<object?> items, Budget budget)
    {
        var result = new StringBuilder();
        for (var i = 0; i < items.Count; i++)
        {
            var text = PythonText.Of(items[i], budget);
            budget.Text(text.Length + separator.Length, result.Length);
            result.Append(i > 0 ? separator : "").Append(text);
        }

        return result.ToString();
    }

    // 'ß' is the one letter of European languages whose capital is two letters.
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    /// <summary>In the middle of so many characters; where it does not come out even, as Python has it.</summary>
    public static string Center(string text, long width, char fill, Budget budget)
    {
        budget.Text(Math.Max(text.Length, width));
        var missing = (int)Math.Max(0, width - CodePoints.Count(text, budget));
        var left = (missing / 2) + (missing & (int)width & 1);
        return new string(fill, left) + text + new string(fill, missing - left);
    }

    private static string JoinTexts(string separator, Arguments a)
    {
        var items = Operators.Iterate(a.Required(0, "iterable"), a.Budget);
        return items.Find(i => Markup.Plain(i) is not string) is { } other || items.Contains(null)
            ? throw new TemplateFaultException("only text can be joined by the method 'join'; the filter 'join' takes anything.")
            : Join(separator, items, a.Budget);
    }

    private static string ZeroFill(string text, int width)
        => text is ['+' or '-', ..] ? text[..1] + text[1..].PadLeft(Math.Max(0, width - 1), '0') : text.PadLeft(width, '0');

    private static string ExpandTabs(string text, Arguments a)
    {
        var size = (int)Math.Clamp(a.Integer(0, "tabsize", 8), 0, 1_000);
        a.Budget.Text(text.Length + ((long)size * text.AsSpan().Count('\t')));
        var result = new StringBuilder();
        var column = 0;
        foreach (var c in text)
        {
            var spaces = c == '\t' && size > 0 ? size - (column % size) : 0;
            _ = c == '\t' ? result.Append(' ', spaces) : result.Append(c);
            column = c is '\n' or '\r' ? 0 : c == '\t' ? column + spaces : column + 1;
        }

        return result.ToString();
    }

    private static string Title(string text, Budget budget)
    {
        budget.Text(text.Length);
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var c in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }

        return result.ToString();
    }

    private static bool AnyOf(string text, Arguments a, Func<string, string, bool> test)
    {
        string[] wanted = Markup.Plain(a.Required(0, "text")) switch
        {
            string one => [one],
            TemplateList { IsTuple: true } several => [.. several.Items.Select(i => Markup.Plain(i)).OfType<string>()],
            var other => throw new TemplateFaultException($"{a.Callee} needs text, not {PythonText.TypeName(other)}."),
        };
        return TextWindow.Of(text, a, 1) is { } window && Array.Exists(wanted, w => test(window.Text, w));
    }

    private static long Index(string text, Arguments a, bool fromEnd)
    {
        var wanted = a.Text(0, "sub");
        a.Budget.Search(text.Length, wanted.Length);
        if (TextWindow.Of(text, a, 1) is not { } window)
        {
            return -1;
        }

        var at = !fromEnd ? window.Text.IndexOf(wanted, StringComparison.Ordinal)
            : wanted.Length == 0 ? window.Text.Length
            : window.Text.LastIndexOf(wanted, StringComparison.Ordinal);
        return at < 0 ? at : window.Start + CodePoints.Count(window.Text[..at], a.Budget);
    }

    private static long Occurrences(string text, string wanted, Budget budget)
    {
        budget.Search(text.Length, wanted.Length);
        return wanted.Length == 0 ? CodePoints.Count(text, budget) + 1 : text.AsSpan().Count(wanted);
    }

    private static bool All(string text, Func<char, bool> test) => text.Length > 0 && text.All(test);

    private static int Width(Arguments a)
    {
        var width = a.Integer(0, "width", 0);
        a.Budget.Text(width);
        return (int)Math.Max(0, width);
    }

    private static char Fill(Arguments a) => a.Text(1, "fillchar", " ") is { Length: 1 } fill ? fill[0] : throw new TemplateFaultException("the fill must be one character.");

    private static string Made(string text, Arguments a)
    {
        a.Budget.Text(text.Length);
        return text;
    }
}
