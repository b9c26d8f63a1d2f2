using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>How one value is laid out: Python's format specification, which printf's flags are brought to as well.</summary>
internal sealed partial record FormatSpec
{
    private const int MaxWidth = 10_000;
    private const int MaxPrecision = 400;

    public char? Fill { get; init; }

    /// <summary>One of &lt; &gt; ^ and = (the filling stands between sign and digits); none is the type's own.</summary>
    public char? Align { get; init; }

    public char Sign { get; init; } = '-';

    public bool HasPrefix { get; init; }

    public int Width { get; init; }

    public char? Grouping { get; init; }

    public int? Precision { get; init; }

    public char? Type { get; init; }

    public static FormatSpec Parse(string text)
    {
        var match = Specification().Match(text);
        if (!match.Success)
        {
            throw new TemplateFaultException($"the format '{text}' is not understood.");
        }

        char? One(string group) => match.Groups[group] is { Length: 1 } found ? found.Value[0] : null;
        var zero = match.Groups["zero"].Success;
        return new FormatSpec
        {
            Fill = One("fill") ?? (zero ? '0' : null),
            Align = One("align") ?? (zero ? '=' : null),
            Sign = One("sign") ?? '-',
            HasPrefix = match.Groups["prefix"].Success,
            Width = Number(match.Groups["width"].Value, MaxWidth) ?? 0,
            Grouping = One("grouping"),
            Precision = Number(match.Groups["precision"].Value, MaxPrecision),
            Type = One("type"),
        };
    }

    public string Apply(object? value, Budget budget)
    {
        budget.Text(Width);
        return Markup.Plain(value) switch
        {
            string text => Text(text),
            bool truth when this == new FormatSpec() => truth ? "True" : "False",
            bool truth => Whole(truth ? 1 : 0),
            long number => Whole(number),
            double number => Fraction(number),
            var other when this == new FormatSpec() => PythonText.Of(other, budget),
            var other => throw new TemplateFaultException($"{PythonText.TypeName(other)} takes no format."),
        };
    }

    private static int? Number(string digits, int highest) => digits.Length == 0 ? null
        : int.TryParse(digits, CultureInfo.InvariantCulture, out var number) && number <= highest ? number
        : throw new TemplateFaultException(ChatTemplateFault.Limit, $"a format asks for {digits} places; the limit is {highest:N0}.");

    private string Text(string text)
    {
        if (Type is not (null or 's') || Grouping is not null)
        {
            throw new TemplateFaultException($"the format '{Type ?? Grouping}' does not fit text.");
        }

        return Pad("", Precision is { } most && most < text.Length ? text[..most] : text, Align is '=' or null ? '<' : Align.Value);
    }

    private string Whole(long number) => Type switch
    {
        null or 'd' or 'n' or 'x' or 'X' or 'o' or 'b' => Signed(
            number < 0, HasPrefix && Type is 'x' or 'X' or 'o' or 'b' ? $"0{Type}" : "", Grouped(PythonNumbers.Digits(number, Type ?? 'd'))),
        'c' when number is >= 0 and < 0x110000 and not (>= 0xD800 and <= 0xDFFF) => Pad("", char.ConvertFromUtf32((int)number), Align ?? '<'),
        'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' => Fraction(number),
        _ => throw new TemplateFaultException($"the format '{Type}' does not fit a whole number."),
    };

    private string Fraction(double number)
    {
        var digits = Type switch
        {
            '%' => PythonNumbers.Digits(number * 100, 'f', Precision ?? 6) + "%",
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' => PythonNumbers.Digits(number, Type.Value, Precision ?? 6),
            'n' => PythonNumbers.Digits(number, 'g', Precision ?? 6),
            null when Precision is { } precision => PythonNumbers.Digits(number, 'g', precision) is var general && general.All(char.IsAsciiDigit) ? general + ".0" : general,
            null => PythonText.Float(Math.Abs(number)),
            _ => throw new TemplateFaultException($"the format '{Type}' does not fit a number."),
        };
        return Signed(double.IsNegative(number), "", Grouped(digits));
    }

    private string Signed(bool isNegative, string prefix, string digits)
        => Pad((isNegative ? "-" : Sign == '-' ? "" : Sign.ToString()) + prefix, digits, Align ?? '>');

    private string Pad(string sign, string body, char align)
    {
        var missing = Math.Max(0, Width - sign.Length - body.Length);
        var fill = Fill ?? ' ';
        return align switch
        {
            '<' => sign + body + new string(fill, missing),
            '^' => new string(fill, missing / 2) + sign + body + new string(fill, missing - (missing / 2)),
            '=' => sign + new string(fill, missing) + body,
            _ => new string(fill, missing) + sign + body,
        };
    }

    private string Grouped(string digits)
    {
        if (Grouping is not { } separator)
        {
            return digits;
        }

        var isInBits = Type is 'x' or 'X' or 'o' or 'b';
        var end = !isInBits && digits.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var at ? at : digits.Length;
        var size = isInBits ? 4 : 3;
        var grouped = new StringBuilder(digits);
        for (var i = end - size; i > 0; i -= size)
        {
            grouped.Insert(i, separator);
        }

        return grouped.ToString();
    }

    [GeneratedRegex(
        @"^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<prefix>#)?(?<zero>0)?(?<width>[0-9]*)(?<grouping>[,_])?(?:\.(?<precision>[0-9]+))?(?<type>[bcdeEfFgGnosxX%])?$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Specification();
}
