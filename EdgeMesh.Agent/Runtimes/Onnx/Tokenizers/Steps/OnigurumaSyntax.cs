using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>Rewrites what .NET spells differently and refuses what it would silently read as something else.</summary>
internal static class OnigurumaSyntax
{
    /// <exception cref="ArgumentException">.NET has no equal.</exception>
    public static string ToDotNet(string pattern)
    {
        var result = new StringBuilder(pattern.Length);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i += Escape(pattern, i + 1, inClass, result);
                continue;
            }

            if (inClass && (c == '[' || (c == '&' && i + 1 < pattern.Length && pattern[i + 1] == '&')))
            {
                throw new ArgumentException("Nested classes and intersections are not supported.", nameof(pattern));
            }

            inClass = c == '[' || (inClass && c != ']');
            result.Append(c);
            if (c == '[')
            {
                i += ClassStart(pattern, i + 1, result);
            }
        }

        return result.ToString();
    }

    // A ']' right after '[' or '[^' stands for itself.
    private static int ClassStart(string pattern, int at, StringBuilder result)
    {
        var used = 0;
        if (at < pattern.Length && pattern[at] == '^')
        {
            result.Append('^');
            used++;
        }

        if (at + used < pattern.Length && pattern[at + used] == ']')
        {
            result.Append("\\]");
            used++;
        }

        return used;
    }

    private static int Escape(string pattern, int at, bool inClass, StringBuilder result)
    {
        var close = pattern.IndexOf('}', at);
        if (pattern[at] == 'x' && at + 1 < pattern.Length && pattern[at + 1] == '{' && close > 0
            && int.TryParse(pattern.AsSpan(at + 2, close - at - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            result.Append(code <= 0xFFFF ? $"\\u{code:x4}" : throw new ArgumentException("A character beyond U+FFFF.", nameof(pattern)));
            return close - at + 1;
        }

        _ = pattern[at] switch
        {
            'h' => result.Append(inClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]"),
            'H' or 'R' or 'X' or 'K' => throw new ArgumentException("An escape .NET does not know.", nameof(pattern)),
            _ => result.Append('\\').Append(pattern[at]),
        };
        return 1;
    }
}
