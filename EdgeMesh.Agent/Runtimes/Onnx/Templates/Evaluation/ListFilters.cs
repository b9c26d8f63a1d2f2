namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>The filters over lists and dicts.</summary>
internal static class ListFilters
{
    public static IReadOnlyDictionary<string, Func<Arguments, object?>> All { get; } = new Dictionary<string, Func<Arguments, object?>>
    {
        ["length"] = a => Operators.Length(a.Positional[0], a.Budget),
        ["count"] = a => Operators.Length(a.Positional[0], a.Budget),
        ["list"] = a => new TemplateList(Items(a)),
        ["first"] = a => Items(a) is [var first, ..] ? first : new Undefined("the first element of nothing"),
        ["last"] = a => Items(a) is [.., var last] ? last : new Undefined("the last element of nothing"),
        ["join"] = Join,
        ["map"] = Map,
        ["select"] = a => Select(a, 0, true),
        ["reject"] = a => Select(a, 0, false),
        ["selectattr"] = a => Select(a, 1, true),
        ["rejectattr"] = a => Select(a, 1, false),
        ["items"] = a => a.Positional[0] switch
        {
            TemplateDict dict => DictMethods.Pairs(dict, a.Budget),
            Undefined => new TemplateList([]),
            var other => throw new TemplateFaultException($"{PythonText.TypeName(other)} has no items."),
        },
        ["dictsort"] = DictSort,
        ["sort"] = a => new TemplateList(Sorted(Items(a), Key(a, a.Get(3, "attribute", null), a.Truth(2, "case_sensitive", false)), a.Truth(1, "reverse", false), a.Budget)),
        ["unique"] = Unique,
        ["reverse"] = Reverse,
        ["sum"] = Sum,
        ["min"] = a => Extreme(a, true),
        ["max"] = a => Extreme(a, false),
        ["groupby"] = GroupBy,
        ["batch"] = Batch,
        ["slice"] = Slice,
    };

    private static List<object?> Items(Arguments a) => Operators.Iterate(a.Positional[0], a.Budget);

    // map, select and their kin look at nothing that is false, so that none and 0 give no elements instead of a fault.
    private static List<object?> ItemsIfAny(Arguments a) => Operators.IsTrue(a.Positional[0]) ? Items(a) : [];

    private static string Join(Arguments a)
    {
        var attribute = a.Get(2, "attribute", null);
        var items = Items(a);
        return StringMethods.Join(
            PythonText.Of(a.Get(1, "d", ""), a.Budget),
            attribute is null ? items : items.ConvertAll(i => Members.Path(i, attribute, a.Budget)),
            a.Budget);
    }

    private static TemplateList Map(Arguments a)
    {
        if (a.Named.TryGetValue("attribute", out var attribute))
        {
            var hasDefault = a.Named.TryGetValue("default", out var otherwise);
            return new TemplateList(ItemsIfAny(a).ConvertAll(i => Members.Path(i, attribute, a.Budget) is var value && value is Undefined && hasDefault ? otherwise : value));
        }

        var filter = a.Text(1, "filter");
        var rest = a.Skip(2, filter);
        return new TemplateList(ItemsIfAny(a).ConvertAll(i => Interpreter.ApplyFilter(filter, rest with { Positional = [i, .. rest.Positional] })));
    }

    // The first `attributes` arguments name the attribute that is tested instead of the element itself.
    private static TemplateList Select(Arguments a, int attributes, bool wanted)
    {
        var attribute = attributes == 1 ? a.Required(1, "attribute") : null;
        var test = a.Positional.Count > 1 + attributes ? a.Text(1 + attributes, "test") : null;
        var rest = a.Skip(2 + attributes, test ?? "");
        return new TemplateList(ItemsIfAny(a).FindAll(item =>
        {
            a.Budget.Step();
            var value = attribute is null ? item : Members.Path(item, attribute, a.Budget);
            return wanted == (test is null ? Operators.IsTrue(value) : Interpreter.ApplyTest(test, rest with { Positional = [value, .. rest.Positional] }));
        }));
    }

    private static Func<object?, object?> Key(Arguments a, object? attribute, bool caseSensitive) => item =>
    {
        a.Budget.Step();
        return attribute is string several && several.Contains(',', StringComparison.Ordinal)
            ? new TemplateList([.. several.Split(',').Select(one => Folded(Members.Path(item, one, a.Budget)))])
            : Folded(attribute is null ? item : Members.Path(item, attribute, a.Budget));

        object? Folded(object? value) => value is string text && !caseSensitive ? text.ToLowerInvariant() : value;
    };

    private static List<object?> Sorted(List<object?> items, Func<object?, object?> key, bool reverse, Budget budget)
    {
        budget.Step(items.Count * 16L);
        return PythonComparer.Sorted(items, key, reverse);
    }

    private static TemplateList DictSort(Arguments a)
    {
        if (a.Positional[0] is not TemplateDict dict)
        {
            throw new TemplateFaultException($"{PythonText.TypeName(a.Positional[0])} cannot be sorted as a dict.");
        }

        var by = a.Text(2, "by", "key") == "value" ? 1L : 0L;
        return new TemplateList(Sorted(DictMethods.Pairs(dict, a.Budget).Items, Key(a, by, a.Truth(1, "case_sensitive", false)), a.Truth(3, "reverse", false), a.Budget));
    }

    private static TemplateList Unique(Arguments a)
    {
        var key = Key(a, a.Get(2, "attribute", null), a.Truth(1, "case_sensitive", false));
        var seen = new HashSet<object>(PythonComparer.Instance);
        return new TemplateList(Items(a).FindAll(i => seen.Add(key(i) ?? PythonComparer.Instance)));
    }

    private static object Reverse(Arguments a)
    {
        if (a.Positional[0] is string or Markup)
        {
            return CodePoints.Slice(a.Positional[0], null, null, -1L, a.Budget);
        }

        var items = Items(a);
        items.Reverse();
        return new TemplateList(items);
    }

    private static object? Sum(Arguments a)
    {
        var attribute = a.Get(1, "attribute", null);
        return Items(a).Aggregate(
            a.Get(2, "start", 0L),
            (sum, item) => Operators.Apply("+", sum, attribute is null ? item : Members.Path(item, attribute, a.Budget), a.Budget));
    }

    private static object? Extreme(Arguments a, bool least)
    {
        var sorted = Sorted(Items(a), Key(a, a.Get(2, "attribute", null), a.Truth(1, "case_sensitive", false)), !least, a.Budget);
        return sorted.Count > 0 ? sorted[0] : new Undefined("the extreme of nothing");
    }

    private static TemplateList GroupBy(Arguments a)
    {
        var attribute = a.Required(1, "attribute");
        var otherwise = a.Get(2, "default", null);
        var isCaseSensitive = a.Truth(3, "case_sensitive", false);
        var groups = Sorted(Items(a), i => Folded(Value(i)), false, a.Budget).GroupBy(i => Folded(Value(i)) ?? "", PythonComparer.Instance);
        return new TemplateList([.. groups.Select(g => (object)new TemplateList([Value(g.First()), new TemplateList([.. g])], true) { Names = ["grouper", "list"] })]);

        object? Value(object? item) => Members.Path(item, attribute, a.Budget) is var value && value is Undefined && otherwise is not null ? otherwise : value;
        object? Folded(object? value) => value is string text && !isCaseSensitive ? text.ToLowerInvariant() : value;
    }

    private static TemplateList Batch(Arguments a)
    {
        var size = (int)Math.Clamp(a.Integer(1, "linecount", 1), 1, int.MaxValue);
        var fill = a.Get(2, "fill_with", null);
        return new TemplateList([.. Items(a).Chunk(size).Select(c => (object)new TemplateList([.. c, .. Filling(fill, size - c.Length, a.Budget)]))]);
    }

    // As many columns as asked for, the first ones one longer where it does not come out even.
    private static TemplateList Slice(Arguments a)
    {
        var slices = a.Integer(1, "slices", 1);
        if (slices < 1)
        {
            throw new TemplateFaultException("a list cannot be cut into fewer than one slice.");
        }

        a.Budget.Items(slices);
        var items = Items(a);
        var fill = a.Get(2, "fill_with", null);
        var (size, longer) = Math.DivRem(items.Count, (int)slices);
        var columns = new List<object?>();
        for (var (i, at) = (0, 0); i < slices; i++)
        {
            var count = size + (i < longer ? 1 : 0);
            columns.Add(new TemplateList([.. items.GetRange(at, count), .. Filling(fill, i >= longer ? 1 : 0, a.Budget)]));
            at += count;
        }

        return new TemplateList(columns);
    }

    private static IEnumerable<object?> Filling(object? fill, int count, Budget budget)
    {
        budget.Items(fill is null ? 0 : count);
        return Enumerable.Repeat(fill, fill is null ? 0 : count);
    }
}
