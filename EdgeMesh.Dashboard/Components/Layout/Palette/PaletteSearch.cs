using System.Globalization;
using System.Text;

namespace EdgeMesh.Dashboard.Components.Layout.Palette;

/// <summary>
/// Which entries fit what was typed, best first: each typed word must be a word of the entry, its beginning, a part of it, a few of its letters in
/// order, or one or two slips of the keyboard away from it. Pure.
/// </summary>
public static class PaletteSearch
{
    private const int MaxInGroup = 7;

    // How well a typed word fits a word; names count for more than other words of an entry.
    private const int Same = 100;
    private const int Begins = 90;
    private const int Within = 60;
    private const int Slip = 40;
    private const int Letters = 20;
    private const int OtherWord = 15;

    private static readonly char[] s_between = [' ', '-', '_', ':', '.', '/', ',', '(', ')'];

    /// <summary>The entries that fit; groups in the order of their best entry.</summary>
    public static ImmutableArray<PaletteEntry> Find(ImmutableArray<PaletteEntry> entries, string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        var wishes = Words(typed);
        if (wishes.Length == 0)
        {
            return [.. entries.Where(e => !e.OnlySearched).GroupBy(e => e.Group).SelectMany(g => g.Take(MaxInGroup))];
        }

        var fitting = entries.Select(e => (Entry: e, Score: Score(e, wishes))).Where(f => f.Score is not null).ToList();
        return
        [
            .. fitting.GroupBy(f => f.Entry.Group).OrderByDescending(g => g.Max(f => f.Score))
                .SelectMany(g => g.OrderByDescending(f => f.Score).Take(MaxInGroup).Select(f => f.Entry)),
        ];
    }

    private static int? Score(PaletteEntry entry, string[] wishes)
    {
        var name = Words(entry.Name);
        var other = Words(entry.Words);
        var sum = 0;
        foreach (var wish in wishes)
        {
            var best = Math.Max(name.Select(w => Fit(wish, w)).DefaultIfEmpty().Max(), other.Select(w => Fit(wish, w) - OtherWord).DefaultIfEmpty().Max());
            if (best <= 0)
            {
                return null;
            }

            sum += best;
        }

        // Of two that fit as well, the one with less besides.
        return (sum * 10 / wishes.Length) - Math.Min(name.Length, 9);
    }

    private static int Fit(string wish, string word) =>
        wish == word ? Same
        : word.StartsWith(wish, StringComparison.Ordinal) ? Begins
        : word.Contains(wish, StringComparison.Ordinal) ? Within
        : IsSlip(wish, word) ? Slip
        : wish.Length >= 3 && AreLettersOf(wish, word) ? Letters
        : 0;

    // People hit the first letter, or swap it with the second. Of a word that is still being typed only the beginning is compared.
    private static bool IsSlip(string wish, string word)
    {
        var allowed = wish.Length switch { < 4 => 0, < 8 => 1, _ => 2 };
        return allowed > 0 && (wish[0] == word[0] || (word.Length > 1 && wish[0] == word[1] && wish[1] == word[0]))
            && Enumerable.Range(wish.Length - allowed, (2 * allowed) + 1).Any(length => length <= word.Length && Distance(wish, word[..length]) <= allowed);
    }

    private static bool AreLettersOf(string wish, string word)
    {
        var at = -1;
        return wish[0] == word[0] && wish.All(c => (at = word.IndexOf(c, at + 1)) >= 0);
    }

    /// <summary>Letters put in, left out, changed, or two neighbours swapped.</summary>
    private static int Distance(string a, string b)
    {
        // Three rows of the table are enough: this one, the one above, and the one above that for swaps.
        var (older, above, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            above[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
                }
            }

            (older, above, row) = (above, row, older);
        }

        return above[b.Length];
    }

    // Small letters without accents; a typed "kuche" finds "Küche".
    private static string[] Words(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.ToLowerInvariant(c));
            }
        }

        return plain.ToString().Split(s_between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
