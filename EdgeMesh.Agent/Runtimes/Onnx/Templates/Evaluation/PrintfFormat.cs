using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's <c>"%s is %d" % (a, b)</c>, for %s, %d, %i, %f, %x and %% with zero filling, width and precision.</summary>
internal static partial class PrintfFormat
{
    public static string Apply(string format, List<object?> values, Budget budget)
    {
        budget.Text(format.Length);
        var result = new StringBuilder();
        var (used, last) = (0, 0);
        foreach (Match match in Directive().Matches(format))
        {
            result.Append(format, last, match.Index - last);
            last = match.Index + match.Length;
            result.Append(match.Groups["kind"].Value == "%" ? "%" : One(match, used < values.Count ? values[used++] : throw TooFew(), budget));
            budget.Text(result.Length);
        }

        return used < values.Count
            ? throw new TemplateFaultException("there are more values than places in the format.")
            : result.Append(format, last, format.Length - last).ToString();
    }

    private static string One(Match match, object? value, Budget budget)
    {
        var width = match.Groups["width"].Length is > 0 and < 5 ? int.Parse(match.Groups["width"].Value, CultureInfo.InvariantCulture) : 0;
        var precision = match.Groups["precision"].Length is > 0 and < 3 ? int.Parse(match.Groups["precision"].Value, CultureInfo.InvariantCulture) : (int?)null;
        var number = PythonComparer.Number(value);
        var text = match.Groups["kind"].Value switch
        {
            "s" => PythonText.Of(value, budget) is var s && precision < s.Length ? s[..precision.Value] : PythonText.Of(value, budget),
            "d" or "i" when number is not null => ((long)number.Value).ToString(CultureInfo.InvariantCulture),
            "x" when value is long whole => whole.ToString("x", CultureInfo.InvariantCulture),
            "f" when number is not null => number.Value.ToString($"F{precision ?? 6}", CultureInfo.InvariantCulture),
            var kind => throw new TemplateFaultException($"%{kind} does not fit {PythonText.TypeName(value)}."),
        };
        var flags = match.Groups["flags"].Value;
        return flags.Contains('-', StringComparison.Ordinal) ? text.PadRight(width)
            : flags.Contains('0', StringComparison.Ordinal) ? text.PadLeft(width, '0')
            : text.PadLeft(width);
    }

    private static TemplateFaultException TooFew() => new("there are fewer values than places in the format.");

    [GeneratedRegex("%(?<flags>[-0]*)(?<width>[0-9]*)(?:\\.(?<precision>[0-9]+))?(?<kind>[sdixf%])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Directive();
}
