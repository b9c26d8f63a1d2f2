namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>The part of a text that a search looks at: from <c>start</c> to <c>end</c>, which count code points, and from the end when negative.</summary>
internal readonly record struct TextWindow(string Text, long Start)
{
    /// <summary>The window that the arguments from <paramref name="first"/> on describe; none when it begins behind its end, where not even nothing is found.</summary>
    public static TextWindow? Of(string text, Arguments a, int first)
    {
        var (start, end) = (a.IntegerOrNone(first, "start"), a.IntegerOrNone(first + 1, "end"));
        if (start is null && end is null)
        {
            return new TextWindow(text, 0);
        }

        var count = CodePoints.Count(text, a.Budget);
        var from = Math.Max(0, start < 0 ? start.Value + count : start ?? 0);
        var to = Math.Clamp(end < 0 ? end.Value + count : end ?? count, 0, count);
        return from > to ? null : new TextWindow(text[CodePoints.Utf16Index(text, from, a.Budget)..CodePoints.Utf16Index(text, to, a.Budget)], from);
    }
}
