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

        return (left, right) switch
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

        return (left, right) switch
        {
            (string l, string r) => string.CompareOrdinal(l, r),
            (TemplateList l, TemplateList r) when l.IsTuple == r.IsTuple => CompareItems(l.Items, r.Items),
            _ => throw new TemplateFaultException($"{PythonText.TypeName(left)} and {PythonText.TypeName(right)} have no order."),
        };
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

    private static int Hash(object? value) => value switch
    {
        null => 0,
        string text => text.GetHashCode(StringComparison.Ordinal),
        TemplateList { IsTuple: true } tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, Hash(item))),
        TemplateList or TemplateDict => throw new TemplateFaultException($"{PythonText.TypeName(value)} cannot be a key."),
        _ => Number(value)?.GetHashCode() ?? value.GetHashCode(),
    };
}
