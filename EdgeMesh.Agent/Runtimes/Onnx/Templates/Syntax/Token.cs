namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

internal enum TokenKind
{
    Text,
    PrintStart,
    PrintEnd,
    BlockStart,
    BlockEnd,
    Name,
    Literal,
    Number,
    Operator,
    End,
}

/// <summary>A piece of template source. <see cref="Value"/> holds the value of a literal.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Value = null)
{
    public bool Is(string op) => Kind == TokenKind.Operator && Text == op;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;
}
