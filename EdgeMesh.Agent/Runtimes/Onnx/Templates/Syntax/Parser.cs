namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>Builds the tree of a template. Statements chat templates do not use (include, import, extends) are refused by name.</summary>
internal sealed class Parser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private Parser(TokenStream tokens) => (_tokens, _expressions) = (tokens, new ExpressionParser(tokens));

    public static ImmutableArray<Statement> Parse(string source, ChatTemplateLimits limits)
        => new Parser(new TokenStream(Lexer.Read(source), limits.MaxNesting)).Body(out _);

    // Statements up to one of the closing tags, whose tag is left open just after its name; up to the end when there are none.
    private ImmutableArray<Statement> Body(out string closedBy, params ReadOnlySpan<string> closing)
    {
        _tokens.Enter();
        var body = ImmutableArray.CreateBuilder<Statement>();
        while (true)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    body.Add(new TextOutput(token.Line, token.Text));
                    break;
                case TokenKind.PrintStart:
                    body.Add(new Print(token.Line, _expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.PrintEnd, "'}}'");
                    break;
                case TokenKind.BlockStart:
                    var tag = _tokens.Expect(TokenKind.Name, "the name of a block");
                    if (closing.Contains(tag.Text))
                    {
                        _tokens.Leave();
                        closedBy = tag.Text;
                        return body.ToImmutable();
                    }

                    body.AddRange(Block(tag));
                    break;
                default:
                    _tokens.Leave();
                    closedBy = "";
                    return closing.Length == 0 ? body.ToImmutable() : throw _tokens.Fault($"'{closing[^1]}' is missing.");
            }
        }
    }

    private ImmutableArray<Statement> Block(Token tag) => tag.Text switch
    {
        "if" => [ParseIf(tag.Line)],
        "for" => [ParseFor(tag.Line)],
        "set" => [ParseSet(tag.Line)],
        "macro" => [ParseMacro(tag.Line)],
        "call" => [ParseCall(tag.Line)],
        "filter" => [ParseFilter(tag.Line)],
        "with" => [ParseWith(tag.Line)],
        "break" => [LoopControl(new Break(tag.Line))],
        "continue" => [LoopControl(new Continue(tag.Line))],
        "generation" => ParseGeneration(),
        _ => throw new ChatTemplateException(ChatTemplateFault.Syntax, tag.Line, $"the block '{tag.Text}' is not supported or not expected here."),
    };

    private If ParseIf(int line)
    {
        var branches = ImmutableArray.CreateBuilder<(Expression, ImmutableArray<Statement>)>();
        string next;
        do
        {
            var condition = _expressions.ParseTuple();
            EndTag();
            branches.Add((condition, Body(out next, "elif", "else", "endif")));
        }
        while (next == "elif");
        EndTagAfter(next, "else", out var hasElse);
        return new If(line, branches.ToImmutable(), hasElse ? Enclosed("endif") : []);
    }

    private For ParseFor(int line)
    {
        var target = _expressions.ParseTarget(false);
        if (!_tokens.TakeName("in"))
        {
            throw _tokens.Unexpected("'in'");
        }

        var items = _expressions.ParseTuple(false);
        var condition = _tokens.TakeName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.TakeName("recursive");
        EndTag();
        _loops++;
        var body = Body(out var next, "else", "endfor");
        _loops--;
        EndTagAfter(next, "else", out var hasElse);
        return new For(line, target, items, condition, isRecursive, body, hasElse ? Enclosed("endfor") : []);
    }

    private Statement ParseSet(int line)
    {
        var target = _expressions.ParseTarget(true);
        if (_tokens.Take("="))
        {
            var value = _expressions.ParseTuple();
            EndTag();
            return new Set(line, target, value);
        }

        var filtered = _expressions.ParseFilters(new BlockText(line), false);
        EndTag();
        return new Capture(line, target, filtered, Enclosed("endset"));
    }

    private Capture ParseFilter(int line)
    {
        var filtered = _expressions.ParseFilters(new BlockText(line), true);
        EndTag();
        return new Capture(line, null, filtered, Enclosed("endfilter"));
    }

    private With ParseWith(int line)
    {
        var assignments = ImmutableArray.CreateBuilder<(Expression, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            var name = _tokens.Expect(TokenKind.Name, "a name");
            _tokens.Expect("=");
            assignments.Add((new Name(name.Line, name.Text), _expressions.Parse()));
            if (_tokens.Current.Kind != TokenKind.BlockEnd)
            {
                _tokens.Expect(",");
            }
        }

        EndTag();
        return new With(line, assignments.ToImmutable(), Enclosed("endwith"));
    }

    private MacroDefinition ParseMacro(int line)
    {
        var name = _tokens.Expect(TokenKind.Name, "the name of the macro").Text;
        _tokens.Expect("(");
        var parameters = Parameters();
        EndTag();
        return new MacroDefinition(line, name, parameters, OutsideLoops("endmacro"));
    }

    private CallBlock ParseCall(int line)
    {
        var parameters = _tokens.Take("(") ? Parameters() : [];
        if (_expressions.Parse() is not Call call)
        {
            throw _tokens.Unexpected("a call");
        }

        EndTag();
        return new CallBlock(line, parameters, call, OutsideLoops("endcall"));
    }

    // Marks what the assistant wrote, for training; the text inside is as any other.
    private ImmutableArray<Statement> ParseGeneration()
    {
        EndTag();
        return Enclosed("endgeneration");
    }

    private ImmutableArray<Parameter> Parameters()
    {
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        while (!_tokens.Take(")"))
        {
            var name = _tokens.Expect(TokenKind.Name, "the name of a parameter").Text;
            parameters.Add(new Parameter(name, _tokens.Take("=") ? _expressions.Parse() : null));
            if (!_tokens.Current.Is(")"))
            {
                _tokens.Expect(",");
            }
        }

        return parameters.ToImmutable();
    }

    private Statement LoopControl(Statement statement)
    {
        if (_loops == 0)
        {
            throw _tokens.Fault("break and continue stand outside a loop.");
        }

        EndTag();
        return statement;
    }

    private ImmutableArray<Statement> OutsideLoops(string closing)
    {
        var loops = _loops;
        _loops = 0;
        var body = Enclosed(closing);
        _loops = loops;
        return body;
    }

    private ImmutableArray<Statement> Enclosed(string closing)
    {
        var body = Body(out _, closing);
        EndTag();
        return body;
    }

    private void EndTagAfter(string found, string wanted, out bool matches)
    {
        matches = found == wanted;
        EndTag();
    }

    private void EndTag() => _tokens.Expect(TokenKind.BlockEnd, "'%}'");
}
