namespace EdgeMesh.QaiHub.Catalog;

/// <summary>
/// Finds devices by words that must all be somewhere in the chip's names, the device's name or its attributes. The best match comes first: whole words before parts of
/// words, words that stand together before scattered ones, the chip before the name before the rest, and the plainer name before the longer one. Pure; case and signs do
/// not matter.
/// </summary>
public static class DeviceSearch
{
    private const int MaxWords = 16;

    /// <summary>What fits, best first and then by name; without words all of them, in their order.</summary>
    public static ImmutableArray<HubDevice> Find(IEnumerable<HubDevice> devices, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [.. devices];
        }

        var query = new SearchText(text);
        SearchText[] words = [.. query.Words.Select(word => new SearchText(word))];
        return
        [
            .. devices.Select(device => (Device: device, Rank: RankOf(device, query, words))).Where(hit => hit.Rank is not null)
                .OrderBy(hit => hit.Rank).ThenBy(hit => hit.Device.Name, StringComparer.OrdinalIgnoreCase).ThenBy(hit => hit.Device.Os, StringComparer.Ordinal).Select(hit => hit.Device),
        ];
    }

    /// <summary>How well a device fits, lower is better; null when a word is nowhere.</summary>
    private static Rank? RankOf(HubDevice device, SearchText query, SearchText[] words)
    {
        if (words.Length is 0 or > MaxWords)
        {
            return null;
        }

        SearchText[] chip = [.. device.Chipsets.Prepend(device.SocDescription.Split('|')[0]).Select(text => new SearchText(text))];
        var name = new SearchText(device.Name);
        // Values only: a word such as "format" or "abi" must not find everything.
        SearchText[] rest = [.. device.Attributes.Select(a => a[(a.IndexOf(':', StringComparison.Ordinal) + 1)..]).Append(device.SocDescription).Append(device.Os).Select(text => new SearchText(text))];
        SearchText[][] fields = [chip, [name], rest];

        var (worst, places) = (Fit.Word, 0);
        foreach (var word in words)
        {
            var (fit, place) = fields.Select((field, i) => (Fit: field.Min(text => text.Fit(word)), Place: i)).Min();
            if (fit == Fit.None)
            {
                return null;
            }

            (worst, places) = (fit > worst ? fit : worst, places + place);
        }

        var together = Array.FindIndex(fields, field => field.Any(text => text.Fit(query) <= Fit.Piece)) is var at and >= 0 ? at : fields.Length;
        var length = together == fields.Length ? 0 : fields[together].Where(text => text.Fit(query) <= Fit.Piece).Min(text => text.Words.Length);
        return new Rank(worst, together, places, length);
    }

    /// <summary>Compared from left to right.</summary>
    private readonly record struct Rank(Fit Worst, int Together, int Places, int Length) : IComparable<Rank>
    {
        public int CompareTo(Rank other) => (Worst, Together, Places, Length).CompareTo((other.Worst, other.Together, other.Places, other.Length));
    }
}
