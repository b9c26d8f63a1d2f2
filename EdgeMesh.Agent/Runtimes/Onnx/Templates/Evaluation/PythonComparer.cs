namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's equality and order: numbers across their types, lists and dicts by content, all else by identity.</summary>
internal sealed class PythonComparer : IEqualityComparer<object>
{
    public static PythonComparer Instance { get; } = new();

    bool IEqualityComparer<object>.Equals(object? x, object? y) => AreEqual(x, y);

    int IEqualityComparer<object>.GetHashCode(object obj) => Hash(obj);

    public static bool AreEqual(object? left, object? right)
    {
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return left is long x && right is long y ? x == y : a.Equals(b);
        }

        return (Markup.Plain(left), Markup.Plain(right)) switch
        {
            (null, null) => true,
            (string l, string r) => l == r,
            (Undefined, Undefined) => true,
            (TemplateList l, TemplateList r) => l.IsTuple == r.IsTuple && SequenceEqual(l.Items, r.Items),
            (TemplateDict l, TemplateDict r) => DictEqual(l, r),
            _ => ReferenceEquals(left, right),
        };
    }

    public static int Compare(object? left, object? right)
    {
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return left is long x && right is long y ? x.CompareTo(y) : a.CompareTo(b);
        }

        return (Markup.Plain(left), Markup.Plain(right)) switch
        {
            (string l, string r) => CompareCodePoints(l, r),
            (TemplateList l, TemplateList r) when l.IsTuple == r.IsTuple => CompareItems(l.Items, r.Items),
            _ => throw new TemplateFaultException($"{PythonText.TypeName(left)} and {PythonText.TypeName(right)} have no order."),
        };
    }

    /// <summary>In Python's order, equal ones as they were.</summary>
    /// <exception cref="TemplateFaultException">Two of the keys have no order.</exception>
    public static List<T> Sorted<T>(IEnumerable<T> items, Func<T, object?> key, bool reverse)
    {
        var order = Comparer<object?>.Create(Compare);
        try
        {
            return reverse ? [.. items.OrderByDescending(key, order)] : [.. items.OrderBy(key, order)];
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateFaultException fault)
        {
            throw new TemplateFaultException(fault.Fault, fault.Message);
        }
    }

    public static double? Number(object? value) => value switch
    {
        long number => number,
        double number => number,
        bool truth => truth ? 1 : 0,
        _ => null,
    };

    private static bool SequenceEqual(List<object?> left, List<object?> right)
    {
        Budget.Deeper();
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool DictEqual(TemplateDict left, TemplateDict right)
    {
        Budget.Deeper();
        return left.Items.Count == right.Items.Count
            && left.Items.All(pair => right.Items.TryGetValue(pair.Key, out var other) && AreEqual(pair.Value, other));
    }

    private static int CompareItems(List<object?> left, List<object?> right)
    {
        Budget.Deeper();
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                return Compare(left[i], right[i]);
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    // UTF-16 puts characters beyond U+FFFF before U+E000; Python does not.
    private static int CompareCodePoints(string left, string right)
    {
        var at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (l, r) = (left[at], right[at]);
        return char.IsSurrogate(l) == char.IsSurrogate(r) ? l.CompareTo(r) : char.IsSurrogate(l) ? 1 : -1;
    }

    private static int Hash(object? value) => value switch
    {
        null => 0,
        Markup markup => Hash(markup.Text),
        string text => text.GetHashCode(StringComparison.Ordinal),
        TemplateList { IsTuple: true } tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, Hash(item))),
        TemplateList or TemplateDict => throw new TemplateFaultException($"{PythonText.TypeName(value)} cannot be a key."),
        _ => Number(value)?.GetHashCode() ?? value.GetHashCode(),
    };
}
