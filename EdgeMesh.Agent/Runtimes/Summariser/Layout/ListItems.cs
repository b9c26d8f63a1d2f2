using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>Where the items of a list begin: bullets of every kind, numbers, letters, steps. Bullets and numbers are no part of the item; a letter or a step's name is.</summary>
internal static partial class ListItems
{
    private const string Bullets = "-*•‣⁃●○◦◉▪▫■□◆◇►▶▸➤➢➔→⇒✓✔✗✘☐☑☒–—·∙»>#";

    /// <summary>The item that a line begins, or null when it goes on with the line before.</summary>
    /// <param name="number">The number of the last numbered item of the block; 0 for none.</param>
    /// <param name="ended">Whether the line before ended, or there is none: a number then begins an item whatever it is.</param>
    public static string? Begin(string line, ref int number, bool ended)
    {
        if (line.Length > 2 && IsBullet(line[0]) && Mark().Match(line) is { Success: true } mark)
        {
            return Checkbox().Replace(line[mark.Length..], "");
        }

        if (Number().Match(line) is { Success: true } numbered)
        {
            var value = int.Parse(numbered.Groups[1].Value, CultureInfo.InvariantCulture);
            // A wrapped line may begin with "3. Oktober": an item's number follows the one before.
            if (ended || value == 1 || value == number + 1)
            {
                number = value;
                return line[numbered.Length..];
            }
        }

        return Lettered().IsMatch(line) || Step().IsMatch(line) ? line : null;
    }

    private static bool IsBullet(char c) => Bullets.Contains(c, StringComparison.Ordinal) ||
        CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.PrivateUse or UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol;

    [GeneratedRegex(@"^(?:[-*#>]{1,6}|.)\uFE0F?[ \t\u00A0]+")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^\[[ xX✓]\][ \t]+")]
    private static partial Regex Checkbox();

    [GeneratedRegex(@"^\(?(\d{1,3})[.)][ \t]+(?=\S)")]
    private static partial Regex Number();

    // a)  (b)  B.  iv)  1.2  1.2.3
    [GeneratedRegex(@"^(?:\(?(?:[a-zA-Z]|[ivx]{1,5}|[IVX]{1,5})\)|\d{1,2}(?:\.\d{1,2}){1,3}\.?)[ \t]+\S")]
    private static partial Regex Lettered();

    // Step 3:  Schritt 2:  Étape 1.
    [GeneratedRegex(@"^\p{Lu}\p{L}{2,12} \d{1,3}[:.)] +\S")]
    private static partial Regex Step();
}
