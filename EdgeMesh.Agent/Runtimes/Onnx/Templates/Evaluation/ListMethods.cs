namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Methods of lists and dicts. What they change lives only as long as the rendering.</summary>
internal static class ListMethods
{
    public static Function? Find(TemplateList list, string id)
    {
        Func<Arguments, object?>? body = id switch
        {
            "index" => a => (long)Index(list, a),
            "count" => a => (long)list.Items.Count(i => PythonComparer.AreEqual(i, a.Required(0, "value"))),
            _ when list.IsTuple => null,
            "append" => a => Add(list, [a.Required(0, "value")], a.Budget),
            "extend" => a => Add(list, Operators.Iterate(a.Required(0, "values"), a.Budget), a.Budget),
            "insert" => a => Insert(list, a),
            "pop" => a => Pop(list, a),
            "remove" => a => Remove(list, a),
            "reverse" => a => Reverse(list, a.Budget),
            "copy" => a => new TemplateList(Operators.Iterate(list, a.Budget)),
            "clear" => a => Clear(list),
            _ => null,
        };
        return body is null ? null : new Function(id, body);
    }

    private static int Index(TemplateList list, Arguments a)
    {
        a.Budget.Step(list.Items.Count);
        var at = list.Items.FindIndex(i => PythonComparer.AreEqual(i, a.Required(0, "value")));
        return at >= 0 ? at : throw new TemplateFaultException("the value is not in the list.");
    }

    private static object? Add(TemplateList list, List<object?> values, Budget budget)
    {
        budget.Items(list.Items.Count + values.Count);
        list.Items.AddRange(values);
        return null;
    }

    private static object? Insert(TemplateList list, Arguments a)
    {
        a.Budget.Items(list.Items.Count + 1);
        var at = a.Integer(0, "index", 0);
        list.Items.Insert((int)Math.Clamp(at < 0 ? at + list.Items.Count : at, 0, list.Items.Count), a.Required(1, "value"));
        return null;
    }

    private static object? Pop(TemplateList list, Arguments a)
    {
        var at = a.Integer(0, "index", -1);
        at = at < 0 ? at + list.Items.Count : at;
        if (at < 0 || at >= list.Items.Count)
        {
            throw new TemplateFaultException("there is nothing to pop at that place.");
        }

        a.Budget.Step((list.Items.Count - at) / 16);
        var value = list.Items[(int)at];
        list.Items.RemoveAt((int)at);
        return value;
    }

    private static object? Remove(TemplateList list, Arguments a)
    {
        list.Items.RemoveAt(Index(list, a));
        return null;
    }

    private static object? Reverse(TemplateList list, Budget budget)
    {
        budget.Step(list.Items.Count);
        list.Items.Reverse();
        return null;
    }

    private static object? Clear(TemplateList list)
    {
        list.Items.Clear();
        return null;
    }
}
