using System.Globalization;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>A stretch of text on its way to the model; whether the whole text starts with it.</summary>
internal readonly record struct Piece(string Text, bool IsFirst);

/// <summary>What happens to matches when a text is split.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>The ways to split a text into what the model sees as words.</summary>
internal static class PreTokenizers
{
    public const string ByteLevelPattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public static IEnumerable<Piece> Split(Piece piece, TextPattern pattern, SplitBehavior behavior, bool invert)
        => Cut(piece, [.. pattern.Cover(piece.Text).Select(c => (c.Start, c.End, c.IsMatch != invert))], behavior);

    /// <summary>Splits at characters, each one a match of its own.</summary>
    public static IEnumerable<Piece> Split(Piece piece, Func<string, int, bool> matches, SplitBehavior behavior)
    {
        var cover = new List<(int Start, int End, bool IsMatch)>();
        for (var i = 0; i < piece.Text.Length;)
        {
            var end = i + (char.IsSurrogatePair(piece.Text, i) ? 2 : 1);
            var isMatch = matches(piece.Text, i);
            if (!isMatch && cover.Count > 0 && !cover[^1].IsMatch)
            {
                cover[^1] = cover[^1] with { End = end };
            }
            else
            {
                cover.Add((i, end, isMatch));
            }

            i = end;
        }

        return Cut(piece, cover, behavior);
    }

    public static IEnumerable<Piece> Metaspace(Piece piece, char replacement, string scheme, bool split, TextPattern mark)
    {
        var text = piece.Text.Replace(' ', replacement);
        if ((scheme == "always" || (scheme == "first" && piece.IsFirst)) && !text.StartsWith(replacement))
        {
            text = replacement + text;
        }

        piece = piece with { Text = text };
        return split ? Split(piece, mark, SplitBehavior.MergedWithNext, false) : [piece];
    }

    public static Piece WithPrefixSpace(Piece piece) => piece.Text.StartsWith(' ') ? piece : piece with { Text = " " + piece.Text };

    public static bool IsPunctuation(string text, int at)
        => text[at] is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        || CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    private static IEnumerable<Piece> Cut(Piece piece, List<(int Start, int End, bool IsMatch)> cover, SplitBehavior behavior)
        => Merge(cover, behavior).Where(c => c.End > c.Start).Select(c => new Piece(piece.Text[c.Start..c.End], piece.IsFirst && c.Start == 0));

    private static List<(int Start, int End, bool IsMatch)> Merge(List<(int Start, int End, bool IsMatch)> cover, SplitBehavior behavior)
    {
        if (behavior is SplitBehavior.Isolated)
        {
            return cover;
        }

        if (behavior is SplitBehavior.Removed)
        {
            return cover.FindAll(c => !c.IsMatch);
        }

        if (behavior is SplitBehavior.MergedWithNext)
        {
            cover.Reverse();
        }

        var merged = new List<(int Start, int End, bool IsMatch)>();
        var previousMatch = false;
        foreach (var part in cover)
        {
            var joins = behavior is SplitBehavior.Contiguous ? part.IsMatch == previousMatch : part.IsMatch && !previousMatch;
            if (joins && merged.Count > 0)
            {
                merged[^1] = (Math.Min(merged[^1].Start, part.Start), Math.Max(merged[^1].End, part.End), part.IsMatch);
            }
            else
            {
                merged.Add(part);
            }

            previousMatch = part.IsMatch;
        }

        if (behavior is SplitBehavior.MergedWithNext)
        {
            merged.Reverse();
        }

        return merged;
    }
}
