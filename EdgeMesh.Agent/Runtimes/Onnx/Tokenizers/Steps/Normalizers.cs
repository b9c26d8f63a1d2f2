using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>What happens to a text before it is split.</summary>
internal static class Normalizers
{
    /// <summary>Character by character, as the Rust library does: no final sigma, and the Turkish İ becomes two.</summary>
    public static string Lowercase(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

    public static string StripAccents(string text) => Where(text, r => Rune.GetUnicodeCategory(r) != UnicodeCategory.NonSpacingMark);

    public static string Strip(string text, bool left, bool right) => (left, right) switch
    {
        (true, true) => text.Trim(),
        (true, false) => text.TrimStart(),
        (false, true) => text.TrimEnd(),
        _ => text,
    };

    public static string Bert(string text, bool clean, bool chinese, bool stripAccents, bool lowercase)
    {
        if (clean)
        {
            text = string.Concat(Where(text, r => r.Value is not (0 or 0xFFFD) && !IsControl(r)).EnumerateRunes().Select(r => Rune.IsWhiteSpace(r) ? " " : r.ToString()));
        }

        if (chinese)
        {
            text = string.Concat(text.EnumerateRunes().Select(r => IsChinese(r.Value) ? $" {r} " : r.ToString()));
        }

        text = stripAccents ? StripAccents(UnicodeForms.Normalize(text, NormalizationForm.FormD)) : text;
        return lowercase ? Lowercase(text) : text;
    }

    private static bool IsControl(Rune rune) => rune.Value is not ('\t' or '\n' or '\r')
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;

    // The blocks BERT puts spaces around.
    private static bool IsChinese(int c) => c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static string Where(string text, Func<Rune, bool> keep)
    {
        var result = new StringBuilder(text.Length);
        Span<char> chars = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            if (keep(rune))
            {
                result.Append(chars[..rune.EncodeToUtf16(chars)]);
            }
        }

        return result.ToString();
    }
}
