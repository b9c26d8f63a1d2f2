namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Positions in text as Python counts them, in code points, and Python's slices.</summary>
internal static class CodePoints
{
    public static long Count(string text, Budget budget)
    {
        budget.Step(text.Length / 64);
        return text.Length - Surrogates(text);
    }

    /// <summary>Where in the text a place counted in code points is.</summary>
    public static int Utf16Index(string text, long position, Budget budget)
    {
        if (Count(text, budget) == text.Length)
        {
            return (int)position;
        }

        var at = 0;
        for (; position > 0; position--)
        {
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        }

        return at;
    }

    public static object? At(object? target, long index, Budget budget)
    {
        if (target is Markup markup)
        {
            return At(markup.Text, index, budget) is string one ? new Markup(one) : new Undefined($"element {index}");
        }

        var items = target is TemplateList list ? list.Items : null;
        var text = items is null ? (string)target! : "";
        var count = items?.Count ?? (int)Count(text, budget);
        var at = index < 0 ? index + count : index;
        if (at < 0 || at >= count)
        {
            return new Undefined($"element {index}");
        }

        return items is not null ? items[(int)at]
            : count == text.Length ? text[(int)at].ToString()
            : text.EnumerateRunes().ElementAt((int)at).ToString();
    }

    public static object Slice(object? target, object? start, object? stop, object? step, Budget budget)
    {
        var by = Bound(step) ?? 1;
        if (by == 0)
        {
            throw new TemplateFaultException("a slice has the step 0.");
        }

        switch (target)
        {
            case Markup markup:
                return new Markup((string)Slice(markup.Text, start, stop, step, budget));
            case TemplateList list:
                return new TemplateList([.. Indexes(list.Items.Count, Bound(start), Bound(stop), by, budget).Select(i => list.Items[i])], list.IsTuple);
            case string text when by == 1 && Count(text, budget) == text.Length:
                var (from, to) = Range(text.Length, Bound(start), Bound(stop), 1);
                budget.Text(Math.Max(0, to - from));
                return from < to ? text[(int)from..(int)to] : "";
            case string text:
                budget.Text(text.Length);
                var characters = text.EnumerateRunes().Select(r => r.ToString()).ToArray();
                return string.Concat(Indexes(characters.Length, Bound(start), Bound(stop), by, budget).Select(i => characters[i]));
            case Undefined undefined:
                throw new TemplateFaultException($"{undefined.What} is not defined.");
            default:
                throw new TemplateFaultException($"{PythonText.TypeName(target)} cannot be sliced.");
        }
    }

    private static long? Bound(object? value) => value switch
    {
        null => null,
        long number => number,
        bool truth => truth ? 1 : 0,
        _ => throw new TemplateFaultException($"a slice needs whole numbers, not {PythonText.TypeName(value)}."),
    };

    private static List<int> Indexes(int count, long? start, long? stop, long step, Budget budget)
    {
        budget.Step(count);
        var (from, to) = Range(count, start, stop, step);
        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        var indexes = new List<int>();
        for (var i = from; step > 0 ? i < to : i > to; i += step)
        {
            indexes.Add((int)i);
        }

        return indexes;
    }

    private static (long From, long To) Range(int count, long? start, long? stop, long step)
    {
        var (lowest, highest) = step > 0 ? (0L, count) : (-1L, count - 1L);
        long Place(long bound) => Math.Clamp(bound < 0 ? bound + count : bound, lowest, highest);
        return (start is { } s ? Place(s) : step > 0 ? lowest : highest, stop is { } e ? Place(e) : step > 0 ? highest : lowest);
    }

    private static int Surrogates(string text)
    {
        var pairs = 0;
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udbff'); i >= 0 && i < text.Length; i++)
        {
            pairs += i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 1 : 0;
        }

        return pairs;
    }
}
