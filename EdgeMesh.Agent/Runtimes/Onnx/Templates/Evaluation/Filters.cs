using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>The filters by name; the value comes as the first argument. Those over lists are in <see cref="ListFilters"/>.</summary>
internal static partial class Filters
{
    public static IReadOnlyDictionary<string, Func<Arguments, object?>> All { get; } = new Dictionary<string, Func<Arguments, object?>>(ListFilters.All)
    {
        ["trim"] = a => StringMethods.Strip(Value(a), a.TextOrNone(1, "chars"), true, true, a.Budget),
        ["strip"] = a => StringMethods.Strip(Value(a), a.TextOrNone(1, "chars"), true, true, a.Budget),
        ["upper"] = a => Value(a).ToUpperInvariant(),
        ["lower"] = a => Value(a).ToLowerInvariant(),
        ["title"] = a => Words().Replace(Value(a), w => w.Value[..1].ToUpperInvariant() + w.Value[1..].ToLowerInvariant()),
        ["capitalize"] = a => StringMethods.Capitalize(Value(a), a.Budget),
        ["replace"] = a => StringMethods.Replace(Value(a), AsText(a, 1, "old"), AsText(a, 2, "new"), a.Get(3, "count", null) is long count ? count : -1, a.Budget),
        ["indent"] = Indent,
        ["escape"] = a => Escape(Value(a), a.Budget),
        ["e"] = a => Escape(Value(a), a.Budget),
        ["forceescape"] = a => Escape(Value(a), a.Budget),
        ["safe"] = Value,
        ["string"] = Value,
        ["format"] = a => PrintfFormat.Apply(Value(a), a.Positional[1..], a.Budget),
        ["wordcount"] = a => (long)TextSplitting.Split(Value(a), a with { Positional = [] }, false).Items.Count,
        ["urlencode"] = a => Uri.EscapeDataString(Value(a)).Replace("%2F", "/", StringComparison.Ordinal),
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
        ["round"] = a => Round(a),
        ["attr"] = a => Members.Attribute(a.Positional[0], a.Text(1, "name")),
        ["tojson"] = JsonText.Of,
    };

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
        var lines = Value(a).Split('\n');
        a.Budget.Text(lines.Sum(l => (long)l.Length + 1 + width.Length));
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? a.Truth(2, "first", false) : blank || line.Length > 0) ? width + line : line));
    }

    private static string Escape(string text, Budget budget)
    {
        budget.Text(text.Length + (5L * text.AsSpan().Count('&')));
        var escaped = text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);
        budget.Text(escaped.Length);
        return escaped;
    }

    private static object? ToInteger(Arguments a)
    {
        var otherwise = a.Get(1, "default", 0L);
        return a.Positional[0] switch
        {
            long number => number,
            bool truth => truth ? 1L : 0L,
            double number => Math.Abs(number) < long.MaxValue ? (long)number : otherwise,
            string text when long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) => whole,
            string text when double.TryParse(text, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < long.MaxValue => (long)number,
            _ => otherwise,
        };
    }

    private static object? ToFloat(Arguments a) => a.Positional[0] switch
    {
        string text => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : a.Get(1, "default", 0.0),
        var value => PythonComparer.Number(value) ?? a.Get(1, "default", 0.0),
    };

    private static double Round(Arguments a)
    {
        var value = PythonComparer.Number(a.Positional[0]) ?? throw new TemplateFaultException($"{PythonText.TypeName(a.Positional[0])} cannot be rounded.");
        var scale = Math.Pow(10, Math.Clamp(a.Integer(1, "precision", 0), 0, 15));
        return a.Text(2, "method", "common") switch
        {
            "ceil" => Math.Ceiling(value * scale) / scale,
            "floor" => Math.Floor(value * scale) / scale,
            _ => Math.Round(value * scale, MidpointRounding.ToEven) / scale,
        };
    }

    [GeneratedRegex(@"[^-\s({\[<]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Words();
}
