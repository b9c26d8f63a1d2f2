using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>The filters by name; the value comes as the first argument. Those over lists are in <see cref="ListFilters"/>.</summary>
internal static partial class Filters
{
    public static IReadOnlyDictionary<string, Func<Arguments, object?>> All { get; } = new Dictionary<string, Func<Arguments, object?>>(ListFilters.All)
    {
        ["trim"] = Keeping(a => StringMethods.Strip(Value(a), a.TextOrNone(1, "chars"), true, true, a.Budget)),
        ["strip"] = Keeping(a => StringMethods.Strip(Value(a), a.TextOrNone(1, "chars"), true, true, a.Budget)),
        ["upper"] = Keeping(a => StringMethods.Upper(Value(a))),
        ["lower"] = Keeping(a => Value(a).ToLowerInvariant()),
        ["title"] = a => Words().Replace(Value(a), w => w.Value[..1].ToUpperInvariant() + w.Value[1..].ToLowerInvariant()),
        ["capitalize"] = Keeping(a => StringMethods.Capitalize(Value(a), a.Budget)),
        ["center"] = Keeping(a => StringMethods.Center(Value(a), a.Integer(1, "width", 80), ' ', a.Budget)),
        ["truncate"] = Keeping(Truncate),
        ["striptags"] = a => Blanks().Replace(WebUtility.HtmlDecode(Tags().Replace(Value(a), "")), " ").Trim(),
        ["replace"] = a => StringMethods.Replace(Value(a), AsText(a, 1, "old"), AsText(a, 2, "new"), a.Get(3, "count", null) is long count ? count : -1, a.Budget),
        ["indent"] = Keeping(Indent),
        ["escape"] = a => new Markup(Markup.Escape(a.Positional[0], a.Budget)),
        ["e"] = a => new Markup(Markup.Escape(a.Positional[0], a.Budget)),
        ["forceescape"] = a => new Markup(Markup.Escape(Value(a), a.Budget)),
        ["safe"] = a => new Markup(Value(a)),
        ["string"] = Keeping(Value),
        ["format"] = Format,
        ["wordcount"] = a => (long)WordCharacters().Count(Value(a)),
        ["urlencode"] = UrlEncode,
        ["default"] = Default,
        ["d"] = Default,
        ["int"] = ToInteger,
        ["float"] = ToFloat,
        ["abs"] = a => a.Positional[0] switch
        {
            long number => (object)(number == long.MinValue ? throw new TemplateFaultException("a number became too large.") : Math.Abs(number)),
            double number => Math.Abs(number),
            bool truth => truth ? 1L : 0L,
            var other => throw new TemplateFaultException($"{PythonText.TypeName(other)} has no absolute value."),
        },
        ["round"] = Round,
        ["attr"] = a => a.Positional[0] is TemplateDict dict
            ? (object?)DictMethods.Find(dict, a.Text(1, "name")) ?? new Undefined($"'{a.Text(1, "name")}' of a dict")
            : Members.Attribute(a.Positional[0], a.Text(1, "name")),
        ["tojson"] = JsonText.Of,
    };

    // What only rearranges marked text leaves it marked.
    private static Func<Arguments, object?> Keeping(Func<Arguments, string> filter) => a => a.Positional[0] is Markup ? new Markup(filter(a)) : filter(a);

    private static string Value(Arguments a)
    {
        var text = PythonText.Of(a.Positional[0], a.Budget);
        a.Budget.Text(text.Length);
        return text;
    }

    private static string AsText(Arguments a, int index, string name) => PythonText.Of(a.Required(index, name), a.Budget);

    private static object? Default(Arguments a)
    {
        var value = a.Positional[0];
        return value is Undefined || (a.Truth(2, "boolean", false) && !Operators.IsTrue(value)) ? a.Get(1, "default_value", a.Get(9, "default", "")) : value;
    }

    private static string Indent(Arguments a)
    {
        var width = a.Get(1, "width", 4L) is string text ? text : new string(' ', (int)Math.Clamp(a.Integer(1, "width", 4), 0, 1_000));
        var blank = a.Truth(3, "blank", false);
        var lines = TextSplitting.Lines(Value(a) + '\n', false, a.Budget).Items.ConvertAll(l => (string)l!);
        a.Budget.Text(lines.Sum(l => (long)l.Length + 1 + width.Length));
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? a.Truth(2, "first", false) : blank || line.Length > 0) ? width + line : line));
    }

    private static string Truncate(Arguments a)
    {
        var text = Value(a);
        var (most, end) = (a.Integer(1, "length", 255), a.Text(3, "end", "..."));
        var room = most - CodePoints.Count(end, a.Budget);
        if (room < 0)
        {
            throw new TemplateFaultException("the filter 'truncate' is asked for less than its own end.");
        }

        var count = CodePoints.Count(text, a.Budget);
        if (count <= most + a.Integer(4, "leeway", 5))
        {
            return text;
        }

        var cut = text[..CodePoints.Utf16Index(text, room, a.Budget)];
        return (a.Truth(2, "killwords", false) || cut.LastIndexOf(' ') is not (>= 0 and var blank) ? cut : cut[..blank]) + end;
    }

    // Values by position or by name, not both, as printf has it.
    private static object? Format(Arguments a)
    {
        var values = a.Positional[1..];
        if (values.Count > 0 && a.Named.Count > 0)
        {
            throw new TemplateFaultException($"{a.Callee} takes values by position or by name, not both.");
        }

        var named = new TemplateDict();
        foreach (var (name, value) in a.Named)
        {
            named.Items[name] = value;
        }

        object right = a.Named.Count > 0 ? named : new TemplateList(values, true);
        return Operators.Apply("%", a.Positional[0] is Markup markup ? markup : Value(a), right, a.Budget);
    }

    private static string UrlEncode(Arguments a)
    {
        var pairs = a.Positional[0] switch
        {
            TemplateDict dict => DictMethods.Pairs(dict, a.Budget).Items,
            TemplateList list => list.Items,
            _ => null,
        };
        return pairs is null ? Encoded(Value(a)) : string.Join('&', pairs.Select(p => Operators.Iterate(p, a.Budget) is [var key, var value]
            ? $"{Part(key)}={Part(value)}"
            : throw new TemplateFaultException($"{a.Callee} needs pairs.")));

        static string Encoded(string text) => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal);
        string Part(object? value) => Uri.EscapeDataString(PythonText.Of(value, a.Budget)).Replace("%20", "+", StringComparison.Ordinal);
    }

    private static object? ToInteger(Arguments a)
    {
        var otherwise = a.Get(1, "default", 0L);
        return Markup.Plain(a.Positional[0]) switch
        {
            long number => number,
            bool truth => truth ? 1L : 0L,
            double number => Whole(number),
            string text when PythonInteger.TryParse(text, a.Integer(2, "base", 10), out var whole) => whole,
            string text when TryFloat(text, out var number) => Whole(number),
            _ => otherwise,
        };

        object? Whole(double number) => Math.Abs(number) < long.MaxValue ? (long)number : otherwise;
    }

    private static object? ToFloat(Arguments a) => Markup.Plain(a.Positional[0]) switch
    {
        string text => TryFloat(text, out var number) ? number : a.Get(1, "default", 0.0),
        var value => PythonComparer.Number(value) ?? a.Get(1, "default", 0.0),
    };

    private static bool TryFloat(string text, out double number)
    {
        number = text.Trim().TrimStart('+', '-').ToLowerInvariant() switch { "inf" or "infinity" => double.PositiveInfinity, "nan" => double.NaN, _ => 0 };
        number = text.AsSpan().Trim().StartsWith("-", StringComparison.Ordinal) ? -number : number;
        return number != 0 || double.TryParse(DigitSeparators().Replace(text, ""), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static object? Round(Arguments a)
    {
        var value = PythonComparer.Number(a.Positional[0]) ?? throw new TemplateFaultException($"{PythonText.TypeName(a.Positional[0])} cannot be rounded.");
        var precision = (int)Math.Clamp(a.Integer(1, "precision", 0), -400, 400);
        var scale = Math.Pow(10, precision);
        return a.Text(2, "method", "common") switch
        {
            "common" => a.Positional[0] is double number ? PythonNumbers.Round(number, precision) : (object)PythonNumbers.Round(a.Positional[0] is long whole ? whole : (long)value, precision),
            "ceil" => Math.Ceiling(value * scale) / scale,
            "floor" => Math.Floor(value * scale) / scale,
            var other => throw new TemplateFaultException($"{a.Callee} has no method '{other}'."),
        };
    }

    [GeneratedRegex(@"[^-\s({\[<]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Words();

    [GeneratedRegex(@"\w+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WordCharacters();

    [GeneratedRegex("<!--.*?-->|<[^>]*>", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Blanks();

    [GeneratedRegex("(?<=[0-9])_(?=[0-9])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DigitSeparators();
}
