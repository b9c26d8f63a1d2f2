using System.Globalization;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>Whole numbers as Python's <c>int(text, base)</c> reads them: blanks around, a sign, a prefix that fits the base, single underscores between digits.</summary>
internal static class PythonInteger
{
    /// <param name="text">The number.</param>
    /// <param name="radix">2 to 36; 0 takes it from the prefix.</param>
    /// <param name="value">The number read.</param>
    public static bool TryParse(string text, long radix, out long value)
    {
        value = 0;
        var digits = text.AsSpan().Trim();
        var isNegative = digits is ['-', ..];
        digits = digits is ['-' or '+', ..] ? digits[1..] : digits;
        var prefix = digits is ['0', var letter, ..] ? char.ToLowerInvariant(letter) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix > 0 && (radix == 0 || radix == prefix))
        {
            radix = prefix;
            digits = digits[2..];
            digits = digits is ['_', ..] ? digits[1..] : digits;
        }

        radix = radix == 0 ? 10 : radix;
        if (radix is < 2 or > 36 || digits.Length == 0 || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        Int128 sum = 0;
        foreach (var c in digits)
        {
            var digit = c == '_' ? -1 : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var one ? one : 99;
            if (digit >= radix)
            {
                return false;
            }

            sum = digit < 0 ? sum : (sum * radix) + digit;
            if (sum > long.MaxValue)
            {
                return false;
            }
        }

        value = (long)(isNegative ? -sum : sum);
        return true;
    }
}
