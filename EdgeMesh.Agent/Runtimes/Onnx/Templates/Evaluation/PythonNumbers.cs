using System.Globalization;
using System.Numerics;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Numbers rounded and written as Python does: exactly from the binary value, a tie to the even digit.</summary>
internal static class PythonNumbers
{
    /// <summary>As <c>round(value, digits)</c>; negative digits round to tens, hundreds …</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 323)
        {
            return value;
        }

        var units = Units(Math.Abs(value), digits);
        var rounded = double.Parse($"{units}E{-digits}", CultureInfo.InvariantCulture);
        return double.IsNegative(value) ? -rounded : rounded;
    }

    /// <summary>As <c>round(value, digits)</c> of a whole number.</summary>
    public static long Round(long value, int digits)
    {
        if (digits >= 0)
        {
            return value;
        }

        var unit = BigInteger.Pow(10, Math.Min(-digits, 40));
        var rounded = ToEven(BigInteger.Abs(value), unit) * unit * Math.Sign(value);
        return rounded >= long.MinValue && rounded <= long.MaxValue ? (long)rounded : throw new TemplateFaultException("a number became too large.");
    }

    /// <summary>A number's digits without its sign, for the types e, f and g (and E, F, G) of Python's formats.</summary>
    public static string Digits(double value, char type, int precision)
    {
        value = Math.Abs(value);
        var text = !double.IsFinite(value) ? double.IsNaN(value) ? "nan" : "inf" : char.ToLowerInvariant(type) switch
        {
            'f' => Fixed(value, precision),
            'e' => Scientific(value, precision),
            _ => General(value, Math.Max(1, precision)),
        };
        return char.IsUpper(type) ? text.ToUpperInvariant() : text;
    }

    /// <summary>A whole number's digits without its sign: the types d, x, o and b.</summary>
    public static string Digits(long value, char type)
    {
        var magnitude = (ulong)Int128.Abs(value);
        return type switch
        {
            'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
            'o' => InBase(magnitude, 8),
            'b' => InBase(magnitude, 2),
            _ => magnitude.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Fixed(double value, int digits)
    {
        var text = Units(value, digits).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? text : $"{text[..^digits]}.{text[^digits..]}";
    }

    private static string Scientific(double value, int digits)
    {
        var parts = value.ToString($"e{digits}", CultureInfo.InvariantCulture).Split('e');
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{parts[0]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string General(double value, int precision)
    {
        var scientific = Scientific(value, precision - 1);
        var at = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent >= -4 && exponent < precision ? Trimmed(Fixed(value, precision - 1 - exponent)) : Trimmed(scientific[..at]) + scientific[at..];
    }

    private static string Trimmed(string digits) => digits.Contains('.', StringComparison.Ordinal) ? digits.TrimEnd('0').TrimEnd('.') : digits;

    // How many units of 10^-digits the value is: mantissa × 2^exponent, divided exactly.
    private static BigInteger Units(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> 52) & 0x7FF;
        var mantissa = new BigInteger((bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52));
        var exponent = Math.Max(biased, 1) - 1075;
        var (dividend, divisor) = (mantissa, BigInteger.One);
        _ = digits >= 0 ? dividend *= BigInteger.Pow(10, digits) : divisor *= BigInteger.Pow(10, Math.Min(-digits, 400));
        _ = exponent >= 0 ? dividend <<= exponent : divisor <<= -exponent;
        return ToEven(dividend, divisor);
    }

    private static BigInteger ToEven(BigInteger dividend, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(dividend, divisor, out var rest);
        var half = (rest * 2).CompareTo(divisor);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static string InBase(ulong value, ulong radix)
    {
        var digits = new Stack<char>();
        do
        {
            digits.Push((char)('0' + (value % radix)));
            value /= radix;
        }
        while (value > 0);
        return new string([.. digits]);
    }
}
