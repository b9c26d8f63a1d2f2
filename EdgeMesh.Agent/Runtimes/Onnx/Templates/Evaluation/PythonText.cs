using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Values as Python prints them.</summary>
internal static class PythonText
{
    /// <summary>As <c>str()</c>.</summary>
    public static string Of(object? value, Budget budget)
    {
        if (Markup.Plain(value) is string text)
        {
            return text;
        }

        return value is Undefined ? "" : Repr(value, budget);
    }

    /// <summary>As <c>repr()</c>.</summary>
    public static string Repr(object? value, Budget budget)
    {
        var result = new StringBuilder();
        Append(result, value, budget);
        budget.Text(result.Length);
        return result.ToString();
    }

    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // The shortest digits that give the number back, laid out as Python does: an exponent below 1e-4 and from 1e16.
        var parts = value.ToString("R", CultureInfo.InvariantCulture).TrimStart('-').Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal) is >= 0 and var at ? at : parts[0].Length;
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var exponent = point - 1 - (all.Length - digits.Length) + (parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0);
        digits = digits.TrimEnd('0');
        return (double.IsNegative(value) ? "-" : "") + (digits.Length == 0 ? "0.0"
            : exponent is < -4 or >= 16 ? $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}"
            : exponent < 0 ? $"0.{new string('0', -exponent - 1)}{digits}"
            : digits.Length <= exponent + 1 ? $"{digits.PadRight(exponent + 1, '0')}.0"
            : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}");
    }

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined undefined => $"{undefined.What}, which is not defined,",
        bool => "a true or false",
        long => "a whole number",
        double => "a number",
        string or Markup => "text",
        TemplateList => "a list",
        TemplateDict => "a dict",
        _ => "this value",
    };

    private static void Append(StringBuilder result, object? value, Budget budget)
    {
        budget.Step();
        switch (value)
        {
            case null: result.Append("None"); break;
            case bool truth: result.Append(truth ? "True" : "False"); break;
            case long number: result.Append(CultureInfo.InvariantCulture, $"{number}"); break;
            case double number: result.Append(Float(number)); break;
            case string text: Quote(result, text, budget); break;
            case Markup markup:
                result.Append("Markup(");
                Quote(result, markup.Text, budget);
                result.Append(')');
                break;
            case Undefined: result.Append("Undefined"); break;
            case TemplateList list: AppendList(result, list, budget); break;
            case TemplateDict dict: AppendDict(result, dict, budget); break;
            default: result.Append('<').Append(value.GetType().Name.ToLowerInvariant()).Append('>'); break;
        }
    }

    private static void AppendList(StringBuilder result, TemplateList list, Budget budget)
    {
        Budget.Deeper();
        result.Append(list.IsTuple ? '(' : '[');
        for (var i = 0; i < list.Items.Count; i++)
        {
            result.Append(i > 0 ? ", " : "");
            Append(result, list.Items[i], budget);
        }

        result.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
    }

    private static void AppendDict(StringBuilder result, TemplateDict dict, Budget budget)
    {
        Budget.Deeper();
        var first = true;
        result.Append('{');
        foreach (var (key, value) in dict.Items)
        {
            result.Append(first ? "" : ", ");
            first = false;
            Append(result, key, budget);
            result.Append(": ");
            Append(result, value, budget);
        }

        result.Append('}');
    }

    private static void Quote(StringBuilder result, string text, Budget budget)
    {
        budget.Text(text.Length);
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        result.Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\\' => result.Append("\\\\"),
                var c when c == quote => result.Append('\\').Append(quote),
                var c when IsPrintable(rune) => result.Append(rune),
                < 0x100 and var c => result.Append(CultureInfo.InvariantCulture, $"\\x{c:x2}"),
                < 0x10000 and var c => result.Append(CultureInfo.InvariantCulture, $"\\u{c:x4}"),
                var c => result.Append(CultureInfo.InvariantCulture, $"\\U{c:x8}"),
            };
        }

        result.Append(quote);
        budget.Text(result.Length);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
