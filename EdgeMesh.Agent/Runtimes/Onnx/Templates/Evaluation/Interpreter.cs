using System.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Runs the statements of a template. One interpreter per rendering.</summary>
internal sealed partial class Interpreter(Budget budget, TimeProvider time)
{
    private StringBuilder _output = new();
    private Scope _scope = new(null);

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public Budget Budget => budget;

    public string Run(ImmutableArray<Statement> body, Scope variables)
    {
        _scope = new Scope(variables);
        Execute(body);
        return _output.ToString();
    }

    private Flow Execute(ImmutableArray<Statement> body)
    {
        Budget.Deeper();
        foreach (var statement in body)
        {
            budget.Line = statement.Line;
            budget.Step();
            var flow = Execute(statement);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Execute(Statement statement)
    {
        switch (statement)
        {
            case TextOutput text:
                Write(text.Text);
                return Flow.Next;
            case Print print:
                Write(PythonText.Of(Evaluate(print.Value), budget));
                return Flow.Next;
            case If branches:
                return Choose(branches);
            case For loop:
                Repeat(loop, Evaluate(loop.Items), _scope, 0);
                return Flow.Next;
            case Set set:
                Assign(set.Target, Evaluate(set.Value));
                return Flow.Next;
            case Capture capture:
                return Run(capture);
            case With with:
                return Run(with);
            case MacroDefinition macro:
                _scope[macro.Id] = Macro(macro.Id, macro.Parameters, macro.Body);
                return Flow.Next;
            case CallBlock call:
                Write(PythonText.Of(Call(call.Call, Macro("caller", call.Parameters, call.Body)), budget));
                return Flow.Next;
            case Break:
                return Flow.Break;
            default:
                return Flow.Continue;
        }
    }

    private void Write(string text)
    {
        budget.Text(text.Length, _output.Length);
        _output.Append(text);
    }

    private Flow Choose(If branches)
    {
        foreach (var (condition, body) in branches.Branches)
        {
            if (Operators.IsTrue(Evaluate(condition)))
            {
                return Execute(body);
            }
        }

        return Execute(branches.Else);
    }

    private void Repeat(For loop, object? values, Scope outer, int depth)
    {
        var items = Operators.Iterate(values, budget);
        if (loop.Condition is not null)
        {
            items = items.FindAll(item =>
            {
                _scope = new Scope(outer);
                Assign(loop.Target, item);
                return Operators.IsTrue(Evaluate(loop.Condition));
            });
        }

        var state = new Loop(items, depth, loop.IsRecursive ? inner => Again(loop, inner, outer, depth + 1) : null);
        var completed = false;
        for (var i = 0; i < items.Count; i++)
        {
            // A fresh scope each time: what a loop sets is gone with the iteration.
            state.Index0 = i;
            _scope = new Scope(outer) { ["loop"] = state };
            Assign(loop.Target, items[i]);
            var flow = Execute(loop.Body);
            completed |= flow == Flow.Next;
            if (flow == Flow.Break)
            {
                break;
            }
        }

        _scope = outer;
        if (!completed)
        {
            // As Jinja: also when every iteration was left early.
            Execute(loop.Else);
        }
    }

    private void Assign(Expression target, object? value)
    {
        switch (target)
        {
            case Name name:
                _scope[name.Id] = value;
                break;
            case Syntax.Attribute { Target: Name name } attribute:
                if (_scope[name.Id] is not TemplateNamespace space)
                {
                    throw new TemplateFaultException($"'{name.Id}' is not a namespace, so nothing can be set on it.");
                }

                space.Items[attribute.Id] = value;
                break;
            case ListLiteral targets:
                var values = Operators.Iterate(value, budget);
                if (values.Count != targets.Items.Length)
                {
                    throw new TemplateFaultException($"{values.Count} values for {targets.Items.Length} names.");
                }

                for (var i = 0; i < values.Count; i++)
                {
                    Assign(targets.Items[i], values[i]);
                }

                break;
            default:
                throw new TemplateFaultException("nothing can be set here.");
        }
    }

    private Flow Run(Capture capture)
    {
        var outer = _scope;
        _scope = new Scope(outer);
        var flow = Flow.Next;
        var text = Captured(() => flow = Execute(capture.Body));
        var value = Evaluate(capture.Value, text);
        _scope = outer;
        if (capture.Target is null)
        {
            Write(PythonText.Of(value, budget));
        }
        else
        {
            Assign(capture.Target, value);
        }

        return flow;
    }

    private Flow Run(With with)
    {
        var outer = _scope;
        var values = with.Assignments.Select(a => Evaluate(a.Value)).ToList();
        _scope = new Scope(outer);
        for (var i = 0; i < values.Count; i++)
        {
            Assign(with.Assignments[i].Target, values[i]);
        }

        var flow = Execute(with.Body);
        _scope = outer;
        return flow;
    }

    private string Captured(Action work)
    {
        var output = _output;
        _output = new StringBuilder();
        work();
        var text = _output.ToString();
        _output = output;
        return text;
    }
}
