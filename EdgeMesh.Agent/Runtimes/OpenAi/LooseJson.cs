using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>Reads JSON as servers really write it: figures that are none, bytes that are no UTF-8, halves of surrogate pairs.</summary>
internal static partial class LooseJson
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>UTF-8; a byte that is none becomes the escape <c>\udcNN</c>, from which <see cref="TextJoiner"/> makes it whole again.</summary>
    public static Encoding Encoding { get; } = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new EscapeFallback());

    /// <summary>The document; null when the text is none.</summary>
    public static JsonDocument? TryParse(string text) => Try(text) ?? (Figures().IsMatch(text) ? Try(WithoutFigures(text)) : null);

    /// <summary>A text, halves of surrogate pairs included; null for anything else.</summary>
    public static string? Loose(this JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var raw = json.GetRawText();
        return raw.Contains("\\u", StringComparison.Ordinal) ? Unescape(raw.AsSpan(1, raw.Length - 2)) : json.GetString();
    }

    private static JsonDocument? Try(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Lenient);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    // Strings are matched first, so that a word in one stays.
    private static string WithoutFigures(string text) => StringsAndFigures().Replace(text, m => m.Value[0] == '"' ? m.Value : "null");

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(raw[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var c => c });
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\b(NaN|Infinity|inf|nan)\b")]
    private static partial Regex Figures();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""|-?\b(?:NaN|Infinity|inf|nan)\b", RegexOptions.Singleline)]
    private static partial Regex StringsAndFigures();

    private sealed class EscapeFallback : DecoderFallback
    {
        public override int MaxCharCount => 6 * 4;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer();

        private sealed class Buffer : DecoderFallbackBuffer
        {
            private string _text = "";
            private int _at;

            public override int Remaining => _text.Length - _at;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                (_text, _at) = (string.Concat(bytesUnknown.Select(b => string.Create(CultureInfo.InvariantCulture, $"\\udc{b:x2}"))), 0);
                return _text.Length > 0;
            }

            public override char GetNextChar() => _at < _text.Length ? _text[_at++] : '\0';

            public override bool MovePrevious()
            {
                _at -= _at > 0 ? 1 : 0;
                return _at > 0;
            }

            public override void Reset() => (_text, _at) = ("", 0);
        }
    }
}
