namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>What <c>a.b</c> and <c>a['b']</c> find: the first looks for a method first, the second for a key.</summary>
internal static class Members
{
    public static object? Attribute(object? target, string id) => target switch
    {
        Undefined undefined => throw new TemplateFaultException($"{undefined.What} is not defined, so it has no '{id}'."),
        TemplateDict dict => DictMethods.Find(dict, id) ?? Key(dict, id),
        TemplateNamespace space => space.Items.TryGetValue(id, out var value) ? value : new Undefined($"'{id}'"),
        Loop loop => loop.Member(id),
        Cycler cycler => cycler.Member(id),
        TemplateList { Names: { IsEmpty: false } names } list when names.Contains(id) => list.Items[names.IndexOf(id)],
        _ => (object?)Method(target, id) ?? new Undefined($"'{id}' of {PythonText.TypeName(target)}"),
    };

    public static object? Item(object? target, object? index, Budget budget) => (target, Markup.Plain(index)) switch
    {
        (Undefined undefined, _) => throw new TemplateFaultException($"{undefined.What} is not defined, so it has no element {PythonText.Of(index, budget)}."),
        (TemplateDict dict, { } key) when Found(dict, key, out var value) => value,
        (TemplateDict dict, string id) => (object?)DictMethods.Find(dict, id) ?? new Undefined($"'{id}'"),
        (TemplateList or string or Markup, long position) => CodePoints.At(target, position, budget),
        (TemplateList or string or Markup, bool truth) => CodePoints.At(target, truth ? 1 : 0, budget),
        (_, string id) => Attribute(target, id),
        _ => new Undefined($"an element of {PythonText.TypeName(target)}"),
    };

    /// <summary>Follows a path as the filters' <c>attribute</c> does: names and numbers with dots between.</summary>
    public static object? Path(object? value, object? path, Budget budget)
    {
        foreach (var step in path is string text ? (object?[])text.Split('.') : [path])
        {
            value = Item(value, step is string id && long.TryParse(id, out var number) ? number : step, budget);
        }

        return value;
    }

    private static Function? Method(object? target, string id) => target switch
    {
        Markup markup => markup.Method(id),
        string text => StringMethods.Find(text, id),
        TemplateList list => ListMethods.Find(list, id),
        _ => null,
    };

    private static object? Key(TemplateDict dict, string id) => dict.Items.TryGetValue(id, out var value) ? value : new Undefined($"'{id}'");

    private static bool Found(TemplateDict dict, object key, out object? value)
    {
        value = null;
        return key is not TemplateDict and not TemplateList { IsTuple: false } && dict.Items.TryGetValue(key, out value);
    }
}
