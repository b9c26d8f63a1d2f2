using EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Calls, and macros as functions.</summary>
internal sealed partial class Interpreter
{
    private object? Call(Call call, Function? caller)
    {
        var target = Evaluate(call.Target);
        if (target is Loop { Again: { } again })
        {
            var items = Arguments("loop", call.Arguments).Required(0, "iterable");
            budget.Line = call.Line;
            return again(items);
        }

        if (target is not Function function)
        {
            throw new TemplateFaultException(target is Undefined undefined ? $"{undefined.What} is not defined." : $"{PythonText.TypeName(target)} cannot be called.");
        }

        var arguments = Arguments(function.Id, call.Arguments);
        if (caller is not null)
        {
            arguments.Named["caller"] = caller;
        }

        budget.Line = call.Line;
        return function.Body(arguments);
    }

    private Arguments Arguments(string callee, CallArguments written, params ReadOnlySpan<object?> leading)
    {
        List<object?> positional = [.. leading];
        foreach (var argument in written.Positional)
        {
            positional.Add(Evaluate(argument));
        }

        if (written.Star is not null)
        {
            positional.AddRange(Operators.Iterate(Evaluate(written.Star), budget));
        }

        var named = written.Named.ToDictionary(n => n.Id, n => Evaluate(n.Value));
        if (written.DoubleStar is not null && Evaluate(written.DoubleStar) is TemplateDict dict)
        {
            foreach (var (key, value) in dict.Items)
            {
                named[PythonText.Of(key, budget)] = value;
            }
        }

        return new Arguments(callee, positional, named, this);
    }

    // The text of a recursive loop over what is inside one of its elements.
    private string Again(For loop, object? values, Scope outer, int depth)
    {
        budget.EnterCall();
        var caller = _scope;
        var text = Captured(() => Repeat(loop, values, outer, depth));
        _scope = caller;
        budget.LeaveCall();
        return text;
    }

    // A macro sees the names around its definition, and what it sets is its own.
    private Function Macro(string id, ImmutableArray<Parameter> parameters, ImmutableArray<Statement> body)
    {
        var outside = _scope;
        return new Function(id, arguments =>
        {
            budget.EnterCall();
            var caller = _scope;
            _scope = new Scope(outside);
            Bind(parameters, arguments);
            var text = Captured(() => Execute(body));
            _scope = caller;
            budget.LeaveCall();
            return text;
        });
    }

    private void Bind(ImmutableArray<Parameter> parameters, Arguments arguments)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            var (id, otherwise) = parameters[i];
            _scope[id] = i < arguments.Positional.Count ? arguments.Positional[i]
                : arguments.Named.TryGetValue(id, out var value) ? value
                : otherwise is null ? new Undefined($"'{id}'") : Evaluate(otherwise);
        }

        var rest = new TemplateDict();
        foreach (var (id, value) in arguments.Named.Where(n => !parameters.Any(p => p.Id == n.Key)))
        {
            rest.Items[id] = value;
        }

        if (rest.Items.Remove("caller", out var block))
        {
            _scope["caller"] = block;
        }

        _scope["varargs"] = new TemplateList([.. arguments.Positional.Skip(parameters.Length)], true);
        _scope["kwargs"] = rest;
    }
}
