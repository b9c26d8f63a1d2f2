namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>Expressions in Jinja's order of precedence.</summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    // From the weakest to the strongest; comparisons and ~ stand apart.
    private static readonly string[] Sums = ["+", "-"];
    private static readonly string[] Products = ["*", "/", "//", "%"];
    private static readonly string[] Powers = ["**"];
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>An expression, with <c>a if b else c</c> unless it would swallow the condition of a loop.</summary>
    public Expression Parse(bool withConditional = true)
    {
        tokens.Enter();
        var expression = Or();
        while (withConditional && tokens.TakeName("if"))
        {
            var line = tokens.Current.Line;
            var condition = Or();
            expression = new Conditional(line, condition, expression, tokens.TakeName("else") ? Parse() : null);
        }

        tokens.Leave();
        return expression;
    }

    /// <summary>One expression, or several with commas between as a tuple.</summary>
    public Expression ParseTuple(bool withConditional = true)
    {
        var first = Parse(withConditional);
        if (!tokens.Current.Is(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (tokens.Take(",") && !EndsTuple())
        {
            items.Add(Parse(withConditional));
        }

        return new ListLiteral(first.Line, items.ToImmutable(), true);
    }

    /// <summary>What can be assigned to: names, with commas and parentheses, or an attribute of a namespace.</summary>
    public Expression ParseTarget(bool withAttribute)
    {
        var first = SingleTarget(withAttribute);
        if (!tokens.Current.Is(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (tokens.Take(",") && (tokens.Current.Kind == TokenKind.Name || tokens.Current.Is("(")) && !tokens.Current.IsName("in"))
        {
            items.Add(SingleTarget(withAttribute));
        }

        return new ListLiteral(first.Line, items.ToImmutable(), true);
    }

    private Expression SingleTarget(bool withAttribute)
    {
        tokens.Enter();
        Expression target;
        if (tokens.Take("("))
        {
            target = ParseTarget(withAttribute);
            tokens.Expect(")");
        }
        else
        {
            var name = tokens.Expect(TokenKind.Name, "a name");
            target = new Name(name.Line, name.Text);
            if (withAttribute && tokens.Take("."))
            {
                target = new Attribute(name.Line, target, tokens.Expect(TokenKind.Name, "a name").Text);
            }
        }

        tokens.Leave();
        return target;
    }

    private bool EndsTuple()
        => tokens.Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd or TokenKind.End || tokens.Current.Is(")") || tokens.Current.Is("]");

    private Expression Or()
    {
        var left = And();
        while (tokens.Current.IsName("or"))
        {
            left = new Binary(tokens.Next().Line, "or", left, And());
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (tokens.Current.IsName("and"))
        {
            left = new Binary(tokens.Next().Line, "and", left, Not());
        }

        return left;
    }

    private Expression Not()
    {
        if (!tokens.Current.IsName("not"))
        {
            return Compare();
        }

        tokens.Enter();
        var negated = new Unary(tokens.Next().Line, "not", Not());
        tokens.Leave();
        return negated;
    }

    private Expression Compare()
    {
        var first = Chain(Sums, Concatenation);
        var rest = ImmutableArray.CreateBuilder<(string, Expression)>();
        while (ComparisonOperator() is { } op)
        {
            rest.Add((op, Chain(Sums, Concatenation)));
        }

        return rest.Count == 0 ? first : new Comparison(first.Line, first, rest.ToImmutable());
    }

    private string? ComparisonOperator()
    {
        if (tokens.Current.Kind == TokenKind.Operator && Array.IndexOf(Comparisons, tokens.Current.Text) >= 0)
        {
            return tokens.Next().Text;
        }

        if (tokens.TakeName("in"))
        {
            return "in";
        }

        if (tokens.Current.IsName("not") && tokens.Peek.IsName("in"))
        {
            tokens.Next();
            tokens.Next();
            return "not in";
        }

        return null;
    }

    private Expression Concatenation()
    {
        var first = Product();
        if (!tokens.Current.Is("~"))
        {
            return first;
        }

        var parts = ImmutableArray.CreateBuilder<Expression>();
        parts.Add(first);
        while (tokens.Take("~"))
        {
            parts.Add(Product());
        }

        return new Concat(first.Line, parts.ToImmutable());
    }

    private Expression Product() => Chain(Products, () => Chain(Powers, () => Signed(true)));

    private Expression Chain(string[] operators, Func<Expression> operand)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && Array.IndexOf(operators, tokens.Current.Text) >= 0)
        {
            var op = tokens.Next();
            left = new Binary(op.Line, op.Text, left, operand());
        }

        return left;
    }

    // -x|abs is (-x)|abs, but -x.y is -(x.y).
    private Expression Signed(bool withFilters)
    {
        tokens.Enter();
        Expression expression;
        if (tokens.Current.Is("-") || tokens.Current.Is("+"))
        {
            var sign = tokens.Next();
            expression = new Unary(sign.Line, sign.Text, Signed(false));
        }
        else
        {
            expression = Postfix(Primary());
        }

        expression = withFilters ? FiltersAndTests(expression) : expression;
        tokens.Leave();
        return expression;
    }
}
