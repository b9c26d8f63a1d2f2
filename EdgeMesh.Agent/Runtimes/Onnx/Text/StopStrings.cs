namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Finds stop strings in text that comes in pieces: what may be the beginning of one is held back until it is clear.</summary>
/// <param name="before">Text before the first piece that was given out elsewhere: a stop string may begin in it, and then only its end is held back here.</param>
internal sealed class StopStrings(ImmutableArray<string> stops, string before = "")
{
    private string _held = stops.IsEmpty ? "" : before[^stops.Max(s => OpenEnd(before, s))..];

    // So much of what is held was given out elsewhere.
    private int _given = stops.IsEmpty ? 0 : stops.Max(s => OpenEnd(before, s));

    /// <summary>Whether one came; nothing more is given out then.</summary>
    public bool Reached { get; private set; }

    /// <summary>The text that can be given out now.</summary>
    public string Push(string piece)
    {
        if (Reached)
        {
            return "";
        }

        if (stops.IsEmpty || (piece.Length == 0 && _held.Length == 0))
        {
            return piece;
        }

        var text = _held + piece;
        var at = stops.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        if (at >= 0)
        {
            (Reached, _held) = (true, "");
            return New(text, at);
        }

        var open = stops.Max(s => OpenEnd(text, s));
        _held = text[^open..];
        return New(text, text.Length - open);
    }

    /// <summary>What was held back, when nothing more comes.</summary>
    public string Flush()
    {
        var rest = New(_held, _held.Length);
        _held = "";
        return rest;
    }

    // The text up to a place, without what was given out elsewhere.
    private string New(string text, int end)
    {
        var given = Math.Min(_given, end);
        _given -= given;
        return text[given..end];
    }

    /// <summary>Length of the longest end of the text that is a beginning of the stop string.</summary>
    private static int OpenEnd(string text, string stop)
    {
        var length = Math.Min(text.Length, stop.Length - 1);
        while (length > 0 && !text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
        {
            length--;
        }

        return length;
    }
}
