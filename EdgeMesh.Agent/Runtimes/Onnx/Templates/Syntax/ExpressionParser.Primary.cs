namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>Literals, and what may follow a value: attributes, subscripts, calls, filters, tests.</summary>
internal sealed partial class ExpressionParser
{
    /// <summary>The filters after <paramref name="value"/>, the first without a bar before it when <paramref name="leading"/>.</summary>
    public Expression ParseFilters(Expression value, bool leading)
    {
        while (leading || tokens.Take("|"))
        {
            leading = false;
            var name = DottedName("the name of a filter");
            value = new Filter(name.Line, value, name.Text, tokens.Take("(") ? ParseArguments() : CallArguments.None);
        }

        return value;
    }

    /// <summary>Arguments after the opening parenthesis, up to the closing one.</summary>
    public CallArguments ParseArguments()
    {
        var positional = ImmutableArray.CreateBuilder<Expression>();
        var named = ImmutableArray.CreateBuilder<(string, Expression)>();
        Expression? star = null;
        Expression? doubleStar = null;
        while (!tokens.Take(")"))
        {
            if (tokens.Take("**"))
            {
                doubleStar = Parse();
            }
            else if (tokens.Take("*"))
            {
                star = Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Peek.Is("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add((name, Parse()));
            }
            else if (named.Count > 0 || doubleStar is not null)
            {
                throw tokens.Fault("an argument by position stands after one by name.");
            }
            else
            {
                positional.Add(Parse());
            }

            if (!tokens.Current.Is(")"))
            {
                tokens.Expect(",");
            }
        }

        return new CallArguments(positional.ToImmutable(), named.ToImmutable(), star, doubleStar);
    }

    private Expression Primary()
    {
        var token = tokens.Next();
        return token switch
        {
            { Kind: TokenKind.Name, Text: "true" or "True" } => new Literal(token.Line, true),
            { Kind: TokenKind.Name, Text: "false" or "False" } => new Literal(token.Line, false),
            { Kind: TokenKind.Name, Text: "none" or "None" } => new Literal(token.Line, null),
            { Kind: TokenKind.Name } => new Name(token.Line, token.Text),
            { Kind: TokenKind.Number } => new Literal(token.Line, token.Value),
            { Kind: TokenKind.Literal } => new Literal(token.Line, AdjacentStrings((string)token.Value!)),
            _ when token.Is("(") => Parenthesised(token.Line),
            _ when token.Is("[") => new ListLiteral(token.Line, Items("]"), false),
            _ when token.Is("{") => Dict(token.Line),
            _ => throw new ChatTemplateException(ChatTemplateFault.Syntax, token.Line, $"'{token.Text}' where a value was expected."),
        };
    }

    // 'a' 'b' is 'ab', as in Python.
    private string AdjacentStrings(string first)
    {
        while (tokens.Current.Kind == TokenKind.Literal)
        {
            first += (string)tokens.Next().Value!;
        }

        return first;
    }

    private Expression Parenthesised(int line)
    {
        if (tokens.Take(")"))
        {
            return new ListLiteral(line, [], true);
        }

        var inner = ParseTuple();
        tokens.Expect(")");
        return inner;
    }

    private ImmutableArray<Expression> Items(string close)
    {
        var items = ImmutableArray.CreateBuilder<Expression>();
        while (!tokens.Take(close))
        {
            items.Add(Parse());
            if (!tokens.Current.Is(close))
            {
                tokens.Expect(",");
            }
        }

        return items.ToImmutable();
    }

    private DictLiteral Dict(int line)
    {
        var pairs = ImmutableArray.CreateBuilder<(Expression, Expression)>();
        while (!tokens.Take("}"))
        {
            var key = Parse();
            tokens.Expect(":");
            pairs.Add((key, Parse()));
            if (!tokens.Current.Is("}"))
            {
                tokens.Expect(",");
            }
        }

        return new DictLiteral(line, pairs.ToImmutable());
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.Take("."))
            {
                var member = tokens.Next();
                value = member.Kind switch
                {
                    TokenKind.Name => new Attribute(line, value, member.Text),
                    TokenKind.Number when member.Value is long => new Subscript(line, value, new Literal(line, member.Value)),
                    _ => throw new ChatTemplateException(ChatTemplateFault.Syntax, line, $"'{member.Text}' where a name was expected."),
                };
            }
            else if (tokens.Take("["))
            {
                value = SubscriptOrSlice(line, value);
                tokens.Expect("]");
            }
            else if (tokens.Take("("))
            {
                value = new Call(line, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression SubscriptOrSlice(int line, Expression target)
    {
        var start = tokens.Current.Is(":") ? null : ParseTuple();
        if (!tokens.Take(":"))
        {
            return new Subscript(line, target, start!);
        }

        var stop = tokens.Current.Is(":") || tokens.Current.Is("]") ? null : Parse();
        var step = !tokens.Take(":") || tokens.Current.Is("]") ? null : Parse();
        return new Slice(line, target, start, stop, step);
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is("|"))
            {
                value = ParseFilters(value, false);
            }
            else if (tokens.Current.IsName("is"))
            {
                value = ParseTest(tokens.Next().Line, value);
            }
            else if (tokens.Current.Is("("))
            {
                value = new Call(tokens.Next().Line, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseTest(int line, Expression value)
    {
        var negated = tokens.TakeName("not");
        var name = DottedName("the name of a test").Text;
        var arguments = CallArguments.None;
        if (tokens.Take("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsArgument())
        {
            arguments = arguments with { Positional = [Postfix(Primary())] };
        }

        var test = new Test(line, value, name, arguments);
        return negated ? new Unary(line, "not", test) : test;
    }

    // A test may take its one argument without parentheses: "is divisibleby 3".
    private bool StartsArgument() => tokens.Current switch
    {
        { Kind: TokenKind.Name, Text: "else" or "or" or "and" or "if" or "is" or "in" or "not" } => false,
        { Kind: TokenKind.Name or TokenKind.Literal or TokenKind.Number } => true,
        var other => other.Is("[") || other.Is("{"),
    };

    private Token DottedName(string what)
    {
        var name = tokens.Expect(TokenKind.Name, what);
        while (tokens.Take("."))
        {
            name = name with { Text = $"{name.Text}.{tokens.Expect(TokenKind.Name, what).Text}" };
        }

        return name;
    }
}
