namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>The arguments of a call, and the interpreter that makes it.</summary>
internal sealed record Arguments(string Callee, List<object?> Positional, Dictionary<string, object?> Named, Interpreter Interpreter)
{
    public Budget Budget => Interpreter.Budget;

    public object? Get(int index, string name, object? otherwise)
        => index < Positional.Count ? Positional[index] : Named.TryGetValue(name, out var value) ? value : otherwise;

    public object? Required(int index, string name)
        => index < Positional.Count ? Positional[index]
            : Named.TryGetValue(name, out var value) ? value
            : throw new TemplateFaultException($"{Callee} needs the argument '{name}'.");

    public string Text(int index, string name) => AsText(Required(index, name), name);

    public string Text(int index, string name, string otherwise) => AsText(Get(index, name, otherwise), name);

    public string? TextOrNone(int index, string name) => Get(index, name, null) is { } value ? AsText(value, name) : null;

    public long? IntegerOrNone(int index, string name) => Get(index, name, null) is null ? null : Integer(index, name, 0);

    public long Integer(int index, string name, long otherwise) => Get(index, name, otherwise) switch
    {
        long number => number,
        bool truth => truth ? 1 : 0,
        var other => throw new TemplateFaultException($"{Callee} needs a whole number as '{name}', not {PythonText.TypeName(other)}."),
    };

    public bool Truth(int index, string name, bool otherwise) => Operators.IsTrue(Get(index, name, otherwise));

    /// <summary>The same call without its first positional arguments.</summary>
    public Arguments Skip(int count, string callee) => this with { Callee = callee, Positional = Positional.Skip(count).ToList() };

    private string AsText(object? value, string name) => Markup.Plain(value) as string
        ?? throw new TemplateFaultException($"{Callee} needs text as '{name}', not {PythonText.TypeName(value)}.");
}
