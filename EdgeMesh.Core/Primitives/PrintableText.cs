using System.Globalization;
using System.Text;

namespace EdgeMesh.Core.Primitives;

/// <summary>Text of somebody else, made fit for a terminal or a page.</summary>
public static class PrintableText
{
    /// <summary>
    /// At most so many UTF-16 units, without characters that are not seen but change what is seen: controls (terminal sequences), format characters
    /// (Unicode category Cf, such as those that turn the direction of text), line and paragraph separators, and halves of surrogate pairs.
    /// </summary>
    public static string Of(string text, int most)
    {
        var cut = text.Length > most ? text[..most] : text;
        if (cut.All(char.IsAscii) && !cut.Any(char.IsControl))
        {
            return cut;
        }

        StringBuilder kept = new(cut.Length);
        for (ReadOnlySpan<char> rest = cut; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done && IsSeen(rune))
            {
                kept.Append(rest[..used]);
            }

            rest = rest[used..];
        }

        return kept.ToString();
    }

    private static bool IsSeen(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
