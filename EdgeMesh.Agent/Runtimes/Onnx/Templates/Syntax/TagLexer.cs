using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>Reads one token of what stands inside a tag.</summary>
internal static class TagLexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|", ";"];

    public static (Token Token, int Length) Next(string source, int at, int line)
    {
        var c = source[at];
        if (char.IsLetter(c) || c == '_')
        {
            var end = at + 1;
            while (end < source.Length && (char.IsLetterOrDigit(source[end]) || source[end] == '_'))
            {
                end++;
            }

            return (new Token(TokenKind.Name, source[at..end], line), end - at);
        }

        if (char.IsAsciiDigit(c))
        {
            return Number(source, at, line);
        }

        if (c is '\'' or '"')
        {
            return Quoted(source, at, line);
        }

        var op = Array.Find(Operators, o => string.CompareOrdinal(source, at, o, 0, o.Length) == 0);
        return op is null
            ? throw new ChatTemplateException(ChatTemplateFault.Syntax, line, $"'{c}' is not understood here.")
            : (new Token(TokenKind.Operator, op, line), op.Length);
    }

    private static (Token Token, int Length) Number(string source, int at, int line)
    {
        if (source[at] == '0' && at + 2 < source.Length && source[at + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            return InBase(source, at, line);
        }

        var end = Digits(source, at);
        var isFloat = false;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            (end, isFloat) = (Digits(source, end + 1), true);
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            var exponent = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                (end, isFloat) = (Digits(source, exponent), true);
            }
        }

        var text = source[at..end].Replace("_", "", StringComparison.Ordinal);
        object value = isFloat
            ? (object)double.Parse(text, CultureInfo.InvariantCulture)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole)
                ? whole
                : throw new ChatTemplateException(ChatTemplateFault.Syntax, line, $"the number {(text.Length > 40 ? text[..40] + "…" : text)} is too large.");
        return (new Token(TokenKind.Number, source[at..end], line, value), end - at);
    }

    private static (Token Token, int Length) InBase(string source, int at, int line)
    {
        var end = at + 2;
        while (end < source.Length && (char.IsAsciiHexDigit(source[end]) || source[end] == '_'))
        {
            end++;
        }

        var text = source[at..end];
        return PythonInteger.TryParse(text, 0, out var value)
            ? (new Token(TokenKind.Number, text, line, value), end - at)
            : throw new ChatTemplateException(ChatTemplateFault.Syntax, line, $"the number {(text.Length > 40 ? text[..40] + "…" : text)} is not understood.");
    }

    private static int Digits(string source, int at)
    {
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || source[at] == '_'))
        {
            at++;
        }

        return at;
    }

    private static (Token Token, int Length) Quoted(string source, int at, int line)
    {
        var text = new StringBuilder();
        for (var i = at + 1; i < source.Length; i++)
        {
            if (source[i] == source[at])
            {
                return (new Token(TokenKind.Literal, "a string", line, text.ToString()), i + 1 - at);
            }

            if (source[i] == '\\' && i + 1 < source.Length)
            {
                i += Escape(source, i + 1, text);
            }
            else
            {
                text.Append(source[i]);
            }
        }

        throw new ChatTemplateException(ChatTemplateFault.Syntax, line, "a string is not closed.");
    }

    // Python's escapes; an unknown one stays as it stands. Returns how many characters it used.
    private static int Escape(string source, int at, StringBuilder text)
    {
        var c = source[at];
        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && at + digits < source.Length
            && int.TryParse(source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            && code is >= 0 and <= 0x10FFFF)
        {
            text.Append(code <= 0xFFFF ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            return 1 + digits;
        }

        switch (c)
        {
            case '\n': break;
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'a': text.Append('\a'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '0': text.Append('\0'); break;
            case '\\' or '\'' or '"': text.Append(c); break;
            default: text.Append('\\').Append(c); break;
        }

        return 1;
    }
}
