using EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Values of expressions.</summary>
internal sealed partial class Interpreter
{
    private object? Evaluate(Expression expression, string? blockText = null)
    {
        Budget.Deeper();
        budget.Step();
        budget.Line = expression.Line;
        return expression switch
        {
            Literal literal => literal.Value,
            Name name => Lookup(name.Id),
            ListLiteral list => new TemplateList([.. list.Items.Select(i => Evaluate(i))], list.IsTuple),
            DictLiteral dict => Build(dict),
            Unary { Operator: "not" } not => !Operators.IsTrue(Evaluate(not.Operand)),
            Unary sign => Operators.Negate(sign.Operator, Evaluate(sign.Operand)),
            Binary { Operator: "and" } and => Evaluate(and.Left) is var left && Operators.IsTrue(left) ? Evaluate(and.Right) : left,
            Binary { Operator: "or" } or => Evaluate(or.Left) is var left && Operators.IsTrue(left) ? left : Evaluate(or.Right),
            Binary binary => Operators.Apply(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right), budget),
            Comparison comparison => Compare(comparison),
            Concat concat => concat.Parts.Aggregate("", (text, part) => Operators.Join(text, PythonText.Of(Evaluate(part), budget), budget)),
            Conditional choice => Operators.IsTrue(Evaluate(choice.Condition)) ? Evaluate(choice.Then)
                : choice.Else is null ? new Undefined("a value without else") : Evaluate(choice.Else),
            Syntax.Attribute attribute => Members.Attribute(Evaluate(attribute.Target), attribute.Id),
            Subscript subscript => Members.Item(Evaluate(subscript.Target), Evaluate(subscript.Index), budget),
            Slice slice => CodePoints.Slice(Evaluate(slice.Target), Optional(slice.Start), Optional(slice.Stop), Optional(slice.Step), budget),
            Call call => Call(call, null),
            Filter filter => ApplyFilter(filter.Id, Arguments(filter.Id, filter.Arguments, Evaluate(filter.Value, blockText))),
            Test test => ApplyTest(test.Id, Arguments(test.Id, test.Arguments, Evaluate(test.Value))),
            BlockText => blockText,
            _ => throw new TemplateFaultException("an expression of an unknown kind."),
        };
    }

    /// <summary>Runs a filter by name; the value comes first.</summary>
    public static object? ApplyFilter(string id, Arguments arguments)
        => Filters.All.TryGetValue(id, out var filter) ? filter(arguments with { Callee = $"the filter '{id}'" }) : throw new TemplateFaultException($"there is no filter '{id}'.");

    /// <summary>Runs a test by name; the value comes first.</summary>
    public static bool ApplyTest(string id, Arguments arguments)
        => Tests.All.TryGetValue(id, out var test) ? test(arguments with { Callee = $"the test '{id}'" }) : throw new TemplateFaultException($"there is no test '{id}'.");

    private object? Lookup(string id)
        => _scope[id] is var value && value is Undefined && Globals.Find(id, time) is { } global ? global : value;

    private object? Optional(Expression? expression) => expression is null ? null : Evaluate(expression);

    private TemplateDict Build(DictLiteral literal)
    {
        var dict = new TemplateDict();
        foreach (var (key, value) in literal.Pairs)
        {
            dict.Items[Evaluate(key) ?? throw new TemplateFaultException("none cannot be a key.")] = Evaluate(value);
        }

        return dict;
    }

    private bool Compare(Comparison comparison)
    {
        var left = Evaluate(comparison.First);
        foreach (var (op, operand) in comparison.Rest)
        {
            var right = Evaluate(operand);
            if (!Operators.Compare(op, left, right, budget))
            {
                return false;
            }

            left = right;
        }

        return true;
    }
}
