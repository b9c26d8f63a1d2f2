namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Jinja's <c>cycler</c>: one of its values after the other.</summary>
internal sealed class Cycler(List<object?> values)
{
    private int _at;

    public object? Member(string id) => id switch
    {
        "current" => values[_at],
        "next" => new Function("cycler.next", _ =>
        {
            var value = values[_at];
            _at = (_at + 1) % values.Count;
            return value;
        }),
        "reset" => new Function("cycler.reset", _ =>
        {
            _at = 0;
            return null;
        }),
        _ => new Undefined($"cycler.{id}"),
    };
}

/// <summary>Jinja's <c>joiner</c>: nothing when it is first called, its separator from then on.</summary>
internal sealed class Joiner(string separator)
{
    private bool _used;

    public string Next()
    {
        var text = _used ? separator : "";
        _used = true;
        return text;
    }
}
