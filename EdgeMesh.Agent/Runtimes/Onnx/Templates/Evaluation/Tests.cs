namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>The tests after <c>is</c>; the value comes as the first argument.</summary>
internal static class Tests
{
    public static IReadOnlyDictionary<string, Func<Arguments, bool>> All { get; } = new Dictionary<string, Func<Arguments, bool>>
    {
        ["defined"] = a => a.Positional[0] is not Undefined,
        ["undefined"] = a => a.Positional[0] is Undefined,
        ["none"] = a => a.Positional[0] is null,
        ["boolean"] = a => a.Positional[0] is bool,
        ["true"] = a => a.Positional[0] is true,
        ["false"] = a => a.Positional[0] is false,
        ["integer"] = a => a.Positional[0] is long,
        ["float"] = a => a.Positional[0] is double,
        ["number"] = a => PythonComparer.Number(a.Positional[0]) is not null,
        ["string"] = a => a.Positional[0] is string or Markup,
        ["escaped"] = a => a.Positional[0] is Markup,
        ["mapping"] = a => a.Positional[0] is TemplateDict,
        ["sequence"] = a => a.Positional[0] is string or Markup or TemplateList or TemplateDict or Undefined,
        ["iterable"] = a => a.Positional[0] is string or Markup or TemplateList or TemplateDict or Undefined,
        ["callable"] = a => a.Positional[0] is Function,
        ["odd"] = a => Arithmetic.OnIntegers("%", a.Integer(0, "value", 0), 2) is 1L,
        ["even"] = a => Arithmetic.OnIntegers("%", a.Integer(0, "value", 0), 2) is 0L,
        ["divisibleby"] = a => Arithmetic.OnIntegers("%", a.Integer(0, "value", 0), a.Integer(1, "num", 0)) is 0L,
        ["lower"] = a => PythonText.Of(a.Positional[0], a.Budget) is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = a => PythonText.Of(a.Positional[0], a.Budget) is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["in"] = a => Operators.Contains(a.Required(1, "seq"), a.Positional[0], a.Budget),
        ["sameas"] = a => Same(a.Positional[0], a.Required(1, "other")),
        ["filter"] = a => a.Positional[0] is string id && Filters.All.ContainsKey(id),
        ["test"] = a => a.Positional[0] is string id && Known(id),
        ["eq"] = Comparing("=="),
        ["equalto"] = Comparing("=="),
        ["=="] = Comparing("=="),
        ["ne"] = Comparing("!="),
        ["!="] = Comparing("!="),
        ["lt"] = Comparing("<"),
        ["lessthan"] = Comparing("<"),
        ["<"] = Comparing("<"),
        ["le"] = Comparing("<="),
        ["<="] = Comparing("<="),
        ["gt"] = Comparing(">"),
        ["greaterthan"] = Comparing(">"),
        [">"] = Comparing(">"),
        ["ge"] = Comparing(">="),
        [">="] = Comparing(">="),
    };

    private static Func<Arguments, bool> Comparing(string op) => a => Operators.Compare(op, a.Positional[0], a.Required(1, "other"), a.Budget);

    private static bool Same(object? value, object? other) => value is bool or long or double or string or Markup ? value.Equals(other) : ReferenceEquals(value, other);

    private static bool Known(string id) => All.ContainsKey(id);
}
