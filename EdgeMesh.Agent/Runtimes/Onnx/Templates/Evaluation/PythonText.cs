using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Values as Python prints them.</summary>
internal static class PythonText
{
    /// <summary>As <c>str()</c>.</summary>
    public static string Of(object? value, Budget budget)
    {
        if (value is string text)
        {
            return text;
        }

        if (value is Undefined)
        {
            return "";
        }

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
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = shortest.Split('E')[0];
        if (value != 0 && exponent is < -4 or >= 16)
        {
            var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('-').TrimStart('0').TrimEnd('0');
            return $"{(value < 0 ? "-" : "")}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        var plain = shortest.Contains('E', StringComparison.Ordinal) ? value.ToString("F99", CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.') : shortest;
        return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
    }

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined undefined => $"{undefined.What}, which is not defined,",
        bool => "a true or false",
        long => "a whole number",
        double => "a number",
        string => "text",
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
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\\' => result.Append("\\\\"),
                _ when c == quote => result.Append('\\').Append(c),
                < ' ' or '\x7f' => result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => result.Append(c),
            };
        }

        result.Append(quote);
        budget.Text(result.Length);
    }
}
