using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>
/// A pattern of a tokenizer file, literal or regular expression. Those are written for Oniguruma, which sees code points where .NET sees
/// UTF-16: while matching, a character beyond U+FFFF is shown as one of the same category below.
/// </summary>
internal sealed class TextPattern
{
    private readonly Regex _regex;

    private TextPattern(Regex regex) => _regex = regex;

    public static TextPattern Literal(string text, TimeSpan timeout) => new(new Regex(Regex.Escape(text), RegexOptions.CultureInvariant, timeout));

    /// <exception cref="TokenizerException">The pattern uses what .NET does not know or reads differently.</exception>
    public static TextPattern Expression(string pattern, TimeSpan timeout)
    {
        try
        {
            return new TextPattern(new Regex(OnigurumaSyntax.ToDotNet(pattern), RegexOptions.CultureInvariant, timeout));
        }
        catch (ArgumentException e)
        {
            throw new TokenizerException(TokenizerFault.Unsupported, $"tokenizer.json splits text with a pattern this program cannot read exactly: {pattern}", e);
        }
    }

    /// <summary>The whole text as matches and the stretches between, in order.</summary>
    public List<(int Start, int End, bool IsMatch)> Cover(string text)
    {
        var (shown, places) = Show(text);
        var cover = new List<(int, int, bool)>();
        var last = 0;
        try
        {
            PatternClock.Check();
            foreach (var match in _regex.EnumerateMatches(shown))
            {
                PatternClock.Check();
                var (start, end) = places is null ? (match.Index, match.Index + match.Length) : (places[match.Index], places[match.Index + match.Length]);
                if (start > last)
                {
                    cover.Add((last, start, false));
                }

                cover.Add((start, end, true));
                last = end;
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new TokenizerException(TokenizerFault.TooLarge, "A pattern of tokenizer.json takes too long on this text.", e);
        }

        if (last < text.Length)
        {
            cover.Add((last, text.Length, false));
        }

        return cover;
    }

    public string Replace(string text, string replacement)
    {
        var result = new StringBuilder(text.Length);
        foreach (var (start, end, isMatch) in Cover(text))
        {
            _ = isMatch ? result.Append(replacement) : result.Append(text, start, end - start);
        }

        return result.ToString();
    }

    // The text with one character per code point, and where each stood; no places when nothing changed.
    private static (string Shown, int[]? Places) Show(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
        {
            return (text, null);
        }

        var shown = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            places.Add(i);
            shown.Append(char.IsSurrogate(text[i]) && i + 1 < text.Length ? StandIn(CharUnicodeInfo.GetUnicodeCategory(text, i++)) : text[i]);
        }

        places.Add(text.Length);
        return (shown.ToString(), [.. places]);
    }

    // Rare characters, so that no pattern names them one by one.
    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\ua640',
        UnicodeCategory.LowercaseLetter => '\ua641',
        UnicodeCategory.ModifierLetter => '\ua4f8',
        UnicodeCategory.OtherLetter => '\ua000',
        UnicodeCategory.NonSpacingMark => '\ua66f',
        UnicodeCategory.SpacingCombiningMark => '\ua823',
        UnicodeCategory.EnclosingMark => '\ua670',
        UnicodeCategory.DecimalDigitNumber => '\ua620',
        UnicodeCategory.LetterNumber => '\ua6e6',
        UnicodeCategory.OtherNumber => '\ua830',
        UnicodeCategory.DashPunctuation or UnicodeCategory.OtherPunctuation => '\ua4fe',
        UnicodeCategory.MathSymbol => '\u2a00',
        UnicodeCategory.ModifierSymbol => '\ua700',
        UnicodeCategory.CurrencySymbol => '\u20aa',
        UnicodeCategory.OtherSymbol => '\ua490',
        UnicodeCategory.Format => '\u206a',
        _ => '\uf8ff',
    };
}
