namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Text that <c>escape</c> or <c>safe</c> has marked as HTML (Jinja's Markup): plain text that is joined to it is escaped.</summary>
internal sealed record Markup(string Text)
{
    /// <summary>The text of a marked value; any other value as it is.</summary>
    public static object? Plain(object? value) => value is Markup markup ? markup.Text : value;

    /// <summary>A value as it stands inside marked text.</summary>
    public static string Escape(object? value, Budget budget)
    {
        if (value is Markup markup)
        {
            return markup.Text;
        }

        var text = PythonText.Of(value, budget);
        budget.Text(text.Length);
        var escaped = text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);
        budget.Text(escaped.Length);
        return escaped;
    }

    /// <summary>A method of the text whose result is marked again, and whose plain arguments are escaped where they become part of it.</summary>
    public Function? Method(string id) => StringMethods.Find(Text, id) is not { } function ? null : new Function(id, a => Marked(function.Body(id switch
    {
        "join" => a with { Positional = [new TemplateList(Operators.Iterate(a.Required(0, "iterable"), a.Budget).ConvertAll(i => (object?)Escape(i, a.Budget)))] },
        "replace" => a with { Positional = [a.Required(0, "old"), Escape(a.Required(1, "new"), a.Budget), .. a.Positional.Skip(2)] },
        "format" => a with
        {
            Positional = a.Positional.ConvertAll(v => Escaped(v, a.Budget)),
            Named = a.Named.ToDictionary(n => n.Key, n => Escaped(n.Value, a.Budget)),
        },
        _ => a,
    })));

    /// <summary>A value for a format: text is escaped, numbers keep their type for the format's sake.</summary>
    public static object? Escaped(object? value, Budget budget) => value is long or double or bool ? value : Escape(value, budget);

    private static object? Marked(object? result) => result switch
    {
        string text => new Markup(text),
        TemplateList list => new TemplateList(list.Items.ConvertAll(Marked), list.IsTuple),
        _ => result,
    };
}
