namespace EdgeMesh.QaiHub;

/// <summary>Words from elsewhere, fit for one line on a screen.</summary>
internal static class PlainLine
{
    private const int Longest = 600;

    /// <summary>Without line breaks and control characters, at most 600 characters and a mark that more was cut.</summary>
    public static string Of(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var plain = new string([.. line.Where(c => !char.IsControl(c)).Take(Longest)]);
        return line.Length > Longest ? plain + "…" : plain;
    }
}
