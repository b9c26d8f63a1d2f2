using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's <c>"%s is %d" % (a, b)</c> and <c>"%(name)s" % {…}</c>.</summary>
internal static partial class PrintfFormat
{
    /// <summary>Fills a format with a tuple's elements, a dict's values by name, or one value.</summary>
    public static string Apply(string format, object? right, Budget budget)
    {
        budget.Text(format.Length);
        var values = right is TemplateList { IsTuple: true } tuple ? tuple.Items : [right];
        var result = new StringBuilder();
        var (used, last) = (0, 0);
        object? Next() => used < values.Count ? values[used++] : throw new TemplateFaultException("there are fewer values than places in the format.");
        foreach (Match match in Directive().Matches(format))
        {
            result.Append(format, last, match.Index - last);
            last = match.Index + match.Length;
            var width = match.Groups["width"].Value == "*" ? PythonText.Of(Next(), budget) : match.Groups["width"].Value;
            result.Append(match.Groups["kind"].Value == "%" ? "%" : One(match, width, match.Groups["name"] is { Success: true } name ? Named(right, name.Value) : Next(), budget));
            budget.Text(0, result.Length);
        }

        // A dict may have more than the format asks for, and so may a lone list or dict that it does not ask for.
        return used < values.Count && right is not (TemplateDict or TemplateList { IsTuple: false })
            ? throw new TemplateFaultException("there are more values than places in the format.")
            : result.Append(format, last, format.Length - last).ToString();
    }

    private static object? Named(object? values, string name)
        => values is not TemplateDict dict ? throw new TemplateFaultException("the format asks for names, so it needs a dict.")
            : dict.Items.TryGetValue(name, out var value) ? value
            : throw new TemplateFaultException($"the format asks for '{name}', which is not given.");

    private static string One(Match match, string width, object? value, Budget budget)
    {
        var kind = match.Groups["kind"].Value is [var letter] ? letter : throw new TemplateFaultException("the format ends in the middle of a place.");
        var flags = match.Groups["flags"].Value;
        bool Has(char flag) => flags.Contains(flag, StringComparison.Ordinal);
        var isText = kind is 's' or 'r' or 'a' or 'c';
        var spec = FormatSpec.Parse(width + (match.Groups["precision"] is { Success: true } precision ? "." + precision.Value : "")) with
        {
            Align = Has('-') ? '<' : Has('0') && !isText ? '=' : '>',
            Fill = Has('0') && !Has('-') && !isText ? '0' : ' ',
            Sign = isText ? '-' : Has('+') ? '+' : Has(' ') ? ' ' : '-',
            HasPrefix = Has('#'),
            Type = isText ? 's' : kind is 'd' or 'i' or 'u' ? 'd' : kind,
        };
        return kind switch
        {
            's' => spec.Apply(PythonText.Of(value, budget), budget),
            'r' or 'a' => spec.Apply(PythonText.Repr(value, budget), budget),
            'c' => spec.Apply(value is string { Length: > 0 } one && CodePoints.Count(one, budget) == 1 ? one : (spec with { Type = 'c', Width = 0 }).Apply(value, budget), budget),
            'd' or 'i' or 'u' when PythonComparer.Number(value) is { } number && Math.Abs(number) < long.MaxValue
                => (spec with { Precision = null }).Apply(value is long whole ? whole : (long)number, budget),
            'x' or 'X' or 'o' when value is long or bool => spec.Apply(value, budget),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' when PythonComparer.Number(value) is { } number => spec.Apply(number, budget),
            _ => throw new TemplateFaultException($"%{kind} does not fit {PythonText.TypeName(value)}."),
        };
    }

    // Whatever follows a % must be understood: the last alternative lets an unknown one be refused.
    [GeneratedRegex(@"%(?:\((?<name>[^)]*)\))?(?<flags>[-+ #0]*)(?<width>\*|[0-9]*)(?:\.(?<precision>[0-9]+))?(?<kind>.|$)", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Directive();
}
