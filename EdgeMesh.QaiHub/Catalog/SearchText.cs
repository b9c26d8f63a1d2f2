using System.Text;

namespace EdgeMesh.QaiHub.Catalog;

/// <summary>How one text is in another; lower is better.</summary>
internal enum Fit
{
    /// <summary>As whole words: "elite" in "Snapdragon X Elite".</summary>
    Word,

    /// <summary>Between letters and digits: "8 gen 3" in "8gen3", "x" in "X2".</summary>
    Piece,

    /// <summary>At the beginning of a piece.</summary>
    Start,

    /// <summary>Anywhere.</summary>
    Inside,

    None,
}

/// <summary>A text as words of letters and digits, and as pieces, which end where letters and digits meet too.</summary>
internal sealed class SearchText
{
    private readonly string _words;
    private readonly string _pieces;
    private readonly string _letters;

    public SearchText(string text)
    {
        var (words, pieces, letters) = (new StringBuilder(" "), new StringBuilder(" "), new StringBuilder());
        var before = ' ';
        foreach (var c in text.ToUpperInvariant())
        {
            // A plus is a part of the name: S26+ is another phone than S26.
            var now = char.IsLetterOrDigit(c) || c == '+' ? c : ' ';
            if (now == ' ' && before != ' ')
            {
                words.Append(' ');
                pieces.Append(' ');
            }
            else if (now != ' ')
            {
                pieces.Append(before != ' ' && char.IsDigit(now) != char.IsDigit(before) ? " " : "").Append(now);
                words.Append(now);
                letters.Append(now);
            }

            before = now;
        }

        (_words, _pieces, _letters) = (Closed(words), Closed(pieces), letters.ToString());
        Words = [.. _words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    public ImmutableArray<string> Words { get; }

    /// <summary>How a text that is looked for is in this one.</summary>
    public Fit Fit(SearchText wanted) =>
        _words.Contains(wanted._words, StringComparison.Ordinal) ? Catalog.Fit.Word
        : _pieces.Contains(wanted._pieces, StringComparison.Ordinal) ? Catalog.Fit.Piece
        : _pieces.Contains(wanted._pieces.TrimEnd(), StringComparison.Ordinal) ? Catalog.Fit.Start
        : _letters.Contains(wanted._letters, StringComparison.Ordinal) ? Catalog.Fit.Inside
        : Catalog.Fit.None;

    private static string Closed(StringBuilder text) => text.ToString().TrimEnd() + " ";
}
