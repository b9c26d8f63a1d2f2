namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>The tokens being parsed, what is expected of them, and how deep the parser is.</summary>
internal sealed class TokenStream(List<Token> tokens, int maxNesting)
{
    private int _position;
    private int _depth;

    public Token Current => tokens[_position];

    public Token Peek => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    public Token Next()
    {
        var token = Current;
        _position = Math.Min(_position + 1, tokens.Count - 1);
        return token;
    }

    public bool Take(string op)
    {
        var found = Current.Is(op);
        if (found)
        {
            Next();
        }

        return found;
    }

    public bool TakeName(string name)
    {
        var found = Current.IsName(name);
        if (found)
        {
            Next();
        }

        return found;
    }

    public void Expect(string op)
    {
        if (!Take(op))
        {
            throw Unexpected($"'{op}'");
        }
    }

    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Unexpected(what);

    public void Enter()
    {
        if (++_depth > maxNesting)
        {
            throw new ChatTemplateException(ChatTemplateFault.Limit, Current.Line, $"it nests deeper than {maxNesting} levels.");
        }
    }

    public void Leave() => _depth--;

    public ChatTemplateException Unexpected(string expected) => Fault($"'{Current.Text}' where {expected} was expected.");

    public ChatTemplateException Fault(string cause) => new(ChatTemplateFault.Syntax, Current.Line, cause);
}
