namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>A part of a template that writes or acts, and the line it stands on.</summary>
internal abstract record Statement(int Line);

internal sealed record TextOutput(int Line, string Text) : Statement(Line);

internal sealed record Print(int Line, Expression Value) : Statement(Line);

internal sealed record If(int Line, ImmutableArray<(Expression Condition, ImmutableArray<Statement> Body)> Branches, ImmutableArray<Statement> Else)
    : Statement(Line);

internal sealed record For(
    int Line,
    Expression Target,
    Expression Items,
    Expression? Condition,
    bool IsRecursive,
    ImmutableArray<Statement> Body,
    ImmutableArray<Statement> Else) : Statement(Line);

internal sealed record Set(int Line, Expression Target, Expression Value) : Statement(Line);

/// <summary>A block whose text goes through <see cref="Value"/> (a chain of filters over <see cref="BlockText"/>) into a variable, or out when there is none.</summary>
internal sealed record Capture(int Line, Expression? Target, Expression Value, ImmutableArray<Statement> Body) : Statement(Line);

internal sealed record With(int Line, ImmutableArray<(Expression Target, Expression Value)> Assignments, ImmutableArray<Statement> Body) : Statement(Line);

internal sealed record MacroDefinition(int Line, string Id, ImmutableArray<Parameter> Parameters, ImmutableArray<Statement> Body) : Statement(Line);

/// <summary>Calls a macro that finds the block as <c>caller</c>.</summary>
internal sealed record CallBlock(int Line, ImmutableArray<Parameter> Parameters, Call Call, ImmutableArray<Statement> Body) : Statement(Line);

internal sealed record Break(int Line) : Statement(Line);

internal sealed record Continue(int Line) : Statement(Line);

internal sealed record Parameter(string Id, Expression? Default);
