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
            "upper" => a => Made(text.ToUpperInvariant(), a),
            "lower" or "casefold" => a => Made(text.ToLowerInvariant(), a),
            "title" => a => Title(text, a.Budget),
            "capitalize" => a => Capitalize(text, a.Budget),
            "startswith" => a => AnyOf(a, text.StartsWith),
            "endswith" => a => AnyOf(a, text.EndsWith),
            "removeprefix" => a => a.Text(0, "prefix") is { Length: > 0 } s && text.StartsWith(s, StringComparison.Ordinal) ? text[s.Length..] : text,
            "removesuffix" => a => a.Text(0, "suffix") is { Length: > 0 } s && text.EndsWith(s, StringComparison.Ordinal) ? text[..^s.Length] : text,
            "split" => a => TextSplitting.Split(text, a, false),
            "rsplit" => a => TextSplitting.Split(text, a, true),
            "splitlines" => a => TextSplitting.Lines(text, a.Truth(0, "keepends", false), a.Budget),
            "partition" => a => TextSplitting.Partition(text, a, false),
            "rpartition" => a => TextSplitting.Partition(text, a, true),
            "replace" => a => Replace(text, a.Text(0, "old"), a.Text(1, "new"), a.Integer(2, "count", -1), a.Budget),
            "join" => a => Join(text, Operators.Iterate(a.Required(0, "iterable"), a.Budget), a.Budget),
            "find" => a => Index(text, a, text.IndexOf),
            "rfind" => a => Index(text, a, text.LastIndexOf),
            "index" => a => Index(text, a, text.IndexOf) is >= 0 and var at ? at : throw new TemplateFaultException("the text looked for is not there."),
            "count" => a => (long)Occurrences(text, a.Text(0, "sub"), a.Budget),
            "isdigit" or "isnumeric" or "isdecimal" => _ => All(text, char.IsDigit),
            "isalpha" => _ => All(text, char.IsLetter),
            "isalnum" => _ => All(text, char.IsLetterOrDigit),
            "isspace" => _ => All(text, char.IsWhiteSpace),
            "isupper" => _ => text.Any(char.IsUpper) && !text.Any(char.IsLower),
            "islower" => _ => text.Any(char.IsLower) && !text.Any(char.IsUpper),
            "zfill" => a => Made(text.PadLeft(Width(a), '0'), a),
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

    private static bool AnyOf(Arguments a, Func<string, StringComparison, bool> test) => a.Required(0, "text") switch
    {
        string one => test(one, StringComparison.Ordinal),
        TemplateList several => several.Items.OfType<string>().Any(s => test(s, StringComparison.Ordinal)),
        var other => throw new TemplateFaultException($"{a.Callee} needs text, not {PythonText.TypeName(other)}."),
    };

    private static long Index(string text, Arguments a, Func<string, StringComparison, int> search)
    {
        var wanted = a.Text(0, "sub");
        a.Budget.Search(text.Length, wanted.Length);
        var at = search(wanted, StringComparison.Ordinal);
        return at <= 0 ? at : CodePoints.Count(text[..at], a.Budget);
    }

    private static int Occurrences(string text, string wanted, Budget budget)
    {
        budget.Search(text.Length, wanted.Length);
        return wanted.Length == 0 ? text.Length + 1 : text.AsSpan().Count(wanted);
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
