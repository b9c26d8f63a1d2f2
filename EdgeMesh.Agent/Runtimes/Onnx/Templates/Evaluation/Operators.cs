using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's operators on template values.</summary>
internal static class Operators
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        Markup markup => markup.Text.Length > 0,
        TemplateList list => list.Items.Count > 0,
        TemplateDict dict => dict.Items.Count > 0,
        _ => true,
    };

    public static object? Apply(string op, object? left, object? right, Budget budget)
    {
        if (left is Markup || (right is Markup && op != "%"))
        {
            return OnMarkup(op, left, right, budget);
        }

        if (op == "%" && left is string format)
        {
            return PrintfFormat.Apply(format, right, budget);
        }

        if (PythonComparer.Number(left) is { } a && PythonComparer.Number(right) is { } b)
        {
            return left is double || right is double ? Arithmetic.OnFloats(op, a, b) : Arithmetic.OnIntegers(op, ToLong(left), ToLong(right));
        }

        return (op, left, right) switch
        {
            ("+", string l, string r) => Join(l, r, budget),
            ("+", TemplateList l, TemplateList r) when l.IsTuple == r.IsTuple => Join(l, r, budget),
            ("*", string text, long or bool) => Repeat(text, ToLong(right), budget),
            ("*", long or bool, string text) => Repeat(text, ToLong(left), budget),
            ("*", TemplateList list, long or bool) => Repeat(list, ToLong(right), budget),
            ("*", long or bool, TemplateList list) => Repeat(list, ToLong(left), budget),
            _ => throw new TemplateFaultException($"{PythonText.TypeName(left)} {op} {PythonText.TypeName(right)} is not possible."),
        };
    }

    public static object? Negate(string op, object? value) => value switch
    {
        bool truth => (object)(op == "-" ? (truth ? -1L : 0L) : (truth ? 1L : 0L)),
        long number => op == "-" ? unchecked(-number) : number,
        double number => op == "-" ? -number : number,
        _ => throw new TemplateFaultException($"{op} before {PythonText.TypeName(value)} is not possible."),
    };

    public static bool Compare(string op, object? left, object? right, Budget budget) => op switch
    {
        "==" => Equal(left, right, budget),
        "!=" => !Equal(left, right, budget),
        "in" => Contains(right, left, budget),
        "not in" => !Contains(right, left, budget),
        "<" => PythonComparer.Compare(left, right) < 0,
        "<=" => PythonComparer.Compare(left, right) <= 0,
        ">" => PythonComparer.Compare(left, right) > 0,
        _ => PythonComparer.Compare(left, right) >= 0,
    };

    public static bool Contains(object? container, object? value, Budget budget)
    {
        value = Markup.Plain(value);
        switch (Markup.Plain(container))
        {
            case string text when value is string wanted:
                budget.Search(text.Length, wanted.Length);
                return text.Contains(wanted, StringComparison.Ordinal);
            case TemplateList list:
                budget.Step(list.Items.Count);
                return list.Items.Exists(item => PythonComparer.AreEqual(item, value));
            case TemplateDict dict:
                return value is not null and not TemplateList { IsTuple: false } and not TemplateDict && dict.Items.ContainsKey(value);
            case TemplateNamespace space:
                return value is string id && space.Items.ContainsKey(id);
            case Undefined:
                return false;
            default:
                throw new TemplateFaultException($"{PythonText.TypeName(value)} in {PythonText.TypeName(container)} is not possible.");
        }
    }

    /// <summary>The elements of a value: of a list, the keys of a dict, the characters of a text; none of something undefined.</summary>
    public static List<object?> Iterate(object? value, Budget budget)
    {
        switch (Markup.Plain(value))
        {
            case Undefined:
                return [];
            case TemplateList list:
                budget.Items(list.Items.Count);
                return [.. list.Items];
            case TemplateDict dict:
                budget.Items(dict.Items.Count);
                return [.. dict.Items.Keys];
            case string text:
                budget.Step(text.Length);
                return [.. text.EnumerateRunes().Select(r => r.ToString())];
            default:
                throw new TemplateFaultException($"{PythonText.TypeName(value)} is not something to loop over.");
        }
    }

    public static long Length(object? value, Budget budget) => Markup.Plain(value) switch
    {
        string text => CodePoints.Count(text, budget),
        TemplateList list => list.Items.Count,
        TemplateDict dict => dict.Items.Count,
        Undefined => 0,
        _ => throw new TemplateFaultException($"{PythonText.TypeName(value)} has no length."),
    };

    public static string Join(string left, string right, Budget budget)
    {
        budget.Text((long)left.Length + right.Length);
        return left + right;
    }

    // What stands beside marked text in a sum is escaped, and so is what a marked format is filled with.
    private static Markup OnMarkup(string op, object? left, object? right, Budget budget) => (op, left, right) switch
    {
        ("+", Markup or string, Markup or string) => new Markup(Join(Markup.Escape(left, budget), Markup.Escape(right, budget), budget)),
        ("*", Markup text, long or bool) => new Markup(Repeat(text.Text, ToLong(right), budget)),
        ("*", long or bool, Markup text) => new Markup(Repeat(text.Text, ToLong(left), budget)),
        ("%", Markup format, _) => new Markup(PrintfFormat.Apply(format.Text, EscapedValues(right, budget), budget)),
        _ => throw new TemplateFaultException($"{PythonText.TypeName(left)} {op} {PythonText.TypeName(right)} is not possible."),
    };

    private static object? EscapedValues(object? values, Budget budget)
    {
        switch (values)
        {
            case TemplateList { IsTuple: true } tuple:
                return new TemplateList(tuple.Items.ConvertAll(v => Markup.Escaped(v, budget)), true);
            case TemplateDict dict:
                var escaped = new TemplateDict();
                foreach (var (key, value) in dict.Items)
                {
                    escaped.Items[key] = Markup.Escaped(value, budget);
                }

                return escaped;
            default:
                return Markup.Escaped(values, budget);
        }
    }

    private static bool Equal(object? left, object? right, Budget budget)
    {
        budget.Step(left is string text ? text.Length / 64 : left is TemplateList list ? list.Items.Count : 0);
        return PythonComparer.AreEqual(left, right);
    }

    private static TemplateList Join(TemplateList left, TemplateList right, Budget budget)
    {
        budget.Items((long)left.Items.Count + right.Items.Count);
        return new TemplateList([.. left.Items, .. right.Items], left.IsTuple);
    }

    private static string Repeat(string text, long times, Budget budget)
    {
        times = text.Length == 0 ? 0 : Math.Clamp(times, 0, int.MaxValue);
        budget.Text(text.Length * times);
        return new StringBuilder((int)(text.Length * times)).Insert(0, text, (int)times).ToString();
    }

    private static TemplateList Repeat(TemplateList list, long times, Budget budget)
    {
        times = list.Items.Count == 0 ? 0 : Math.Clamp(times, 0, int.MaxValue);
        budget.Items(list.Items.Count * times);
        return new TemplateList([.. Enumerable.Repeat(list.Items, (int)times).SelectMany(i => i)], list.IsTuple);
    }

    private static long ToLong(object? value) => value is long number ? number : value is true ? 1 : 0;
}
