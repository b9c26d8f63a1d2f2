namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Finds stop strings in text that comes in pieces: what may be the beginning of one is held back until it is clear.</summary>
internal sealed class StopStrings(ImmutableArray<string> stops)
{
    private string _held = "";

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
            return text[..at];
        }

        var open = stops.Max(s => OpenEnd(text, s));
        _held = text[^open..];
        return text[..^open];
    }

    /// <summary>What was held back, when nothing more comes.</summary>
    public string Flush() => (_held, _held = "").Item1;

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
