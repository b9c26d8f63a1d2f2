namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Methods of dicts. What they change lives only as long as the rendering.</summary>
internal static class DictMethods
{
    public static Function? Find(TemplateDict dict, string id)
    {
        Func<Arguments, object?>? body = id switch
        {
            "get" => a => Key(a.Required(0, "key")) is { } key && dict.Items.TryGetValue(key, out var value) ? value : a.Get(1, "default", null),
            "items" => a => Pairs(dict, a.Budget),
            "keys" => a => new TemplateList(Operators.Iterate(dict, a.Budget)),
            "values" => a => Values(dict, a.Budget),
            "pop" => a => Pop(dict, a),
            "update" => a => Update(dict, a),
            "setdefault" => a => SetDefault(dict, a),
            "copy" => a => Copy(dict, a.Budget),
            _ => null,
        };
        return body is null ? null : new Function(id, body);
    }

    public static TemplateList Pairs(TemplateDict dict, Budget budget)
    {
        budget.Items(dict.Items.Count);
        return new TemplateList([.. dict.Items.Select(p => (object)TemplateList.Tuple(p.Key, p.Value))]);
    }

    private static TemplateList Values(TemplateDict dict, Budget budget)
    {
        budget.Items(dict.Items.Count);
        return new TemplateList([.. dict.Items.Values]);
    }

    private static object? Key(object? key) => key is TemplateDict or TemplateList { IsTuple: false } ? null : key;

    private static object? Pop(TemplateDict dict, Arguments a)
    {
        a.Budget.Step(dict.Items.Count / 16);
        return Key(a.Required(0, "key")) is { } key && dict.Items.Remove(key, out var value) ? value
            : a.Positional.Count > 1 ? a.Positional[1]
            : throw new TemplateFaultException("there is no such key to pop.");
    }

    private static object? Update(TemplateDict dict, Arguments a)
    {
        if (a.Positional.Count > 0 && a.Positional[0] is TemplateDict other)
        {
            a.Budget.Items(dict.Items.Count + other.Items.Count);
            foreach (var (key, value) in other.Items.ToList())
            {
                dict.Items[key] = value;
            }
        }

        foreach (var (key, value) in a.Named)
        {
            dict.Items[key] = value;
        }

        return null;
    }

    private static object? SetDefault(TemplateDict dict, Arguments a)
    {
        var key = Key(a.Required(0, "key")) ?? throw new TemplateFaultException("that cannot be a key.");
        if (!dict.Items.TryGetValue(key, out var value))
        {
            a.Budget.Items(dict.Items.Count + 1);
            dict.Items[key] = value = a.Get(1, "default", null);
        }

        return value;
    }

    private static TemplateDict Copy(TemplateDict dict, Budget budget)
    {
        budget.Items(dict.Items.Count);
        var copy = new TemplateDict();
        foreach (var (key, value) in dict.Items)
        {
            copy.Items[key] = value;
        }

        return copy;
    }
}
