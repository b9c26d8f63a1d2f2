namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>An expression of a template and the line it stands on.</summary>
internal abstract record Expression(int Line);

internal sealed record Literal(int Line, object? Value) : Expression(Line);

internal sealed record Name(int Line, string Id) : Expression(Line);

internal sealed record ListLiteral(int Line, ImmutableArray<Expression> Items, bool IsTuple) : Expression(Line);

internal sealed record DictLiteral(int Line, ImmutableArray<(Expression Key, Expression Value)> Pairs) : Expression(Line);

internal sealed record Unary(int Line, string Operator, Expression Operand) : Expression(Line);

/// <summary>Arithmetic, and the short-circuit <c>and</c> and <c>or</c>.</summary>
internal sealed record Binary(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

/// <summary>A chain as <c>a &lt; b &lt; c</c>; operators include <c>in</c> and <c>not in</c>.</summary>
internal sealed record Comparison(int Line, Expression First, ImmutableArray<(string Operator, Expression Operand)> Rest) : Expression(Line);

internal sealed record Concat(int Line, ImmutableArray<Expression> Parts) : Expression(Line);

internal sealed record Conditional(int Line, Expression Condition, Expression Then, Expression? Else) : Expression(Line);

internal sealed record Attribute(int Line, Expression Target, string Id) : Expression(Line);

internal sealed record Subscript(int Line, Expression Target, Expression Index) : Expression(Line);

internal sealed record Slice(int Line, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Line);

internal sealed record Call(int Line, Expression Target, CallArguments Arguments) : Expression(Line);

internal sealed record Filter(int Line, Expression Value, string Id, CallArguments Arguments) : Expression(Line);

internal sealed record Test(int Line, Expression Value, string Id, CallArguments Arguments) : Expression(Line);

/// <summary>Stands for the text of a block that is piped through filters.</summary>
internal sealed record BlockText(int Line) : Expression(Line);

/// <summary>Arguments as written: by position, by name, and the unpacked <c>*list</c> and <c>**dict</c>.</summary>
internal sealed record CallArguments(
    ImmutableArray<Expression> Positional,
    ImmutableArray<(string Id, Expression Value)> Named,
    Expression? Star,
    Expression? DoubleStar)
{
    public static CallArguments None { get; } = new([], [], null, null);
}
