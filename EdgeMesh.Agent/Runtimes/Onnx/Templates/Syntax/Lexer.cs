namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

/// <summary>
/// Splits a template into text, tags and what stands in the tags, with Jinja's whitespace rules: the newline after a block tag goes,
/// the blanks before a tag that starts its line go, <c>-</c> strips a whole side and <c>+</c> keeps it.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _counted;

    private Lexer(string source) => _source = source;

    public static List<Token> Read(string source)
    {
        var text = source.ReplaceLineEndings("\n");
        // As Jinja without keep_trailing_newline.
        var lexer = new Lexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.ReadTemplate();
        return lexer._tokens;
    }

    private void ReadTemplate()
    {
        while (_position < _source.Length)
        {
            var start = FindTag(_position);
            if (start < 0)
            {
                AddText(_source[_position..]);
                break;
            }

            var kind = _source[start + 1];
            var sign = start + 2 < _source.Length ? _source[start + 2] : ' ';
            AddText(Before(_source[_position..start], sign, kind != '{', AtLineStart(_position)));
            var signed = sign == '-' || (sign == '+' && kind != '{');
            Move(start + (signed ? 3 : 2));
            switch (kind)
            {
                case '#':
                    SkipComment();
                    break;
                case '%' when TryReadRaw():
                    break;
                default:
                    ReadTag(kind);
                    break;
            }
        }

        Count(_source.Length);
        _tokens.Add(new Token(TokenKind.End, "the end of the template", _line));
    }

    private int FindTag(int from)
    {
        for (var at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private bool AtLineStart(int position) => position == 0 || _source[position - 1] == '\n';

    // What is left of the text before a tag.
    private static string Before(string text, char sign, bool isBlock, bool lineStart)
    {
        if (sign == '-')
        {
            return text.TrimEnd();
        }

        var line = text.LastIndexOf('\n') + 1;
        return isBlock && sign != '+' && (line > 0 || lineStart) && text.AsSpan(line).IsWhiteSpace() ? text[..line] : text;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Text, text, _line));
        }
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Fault("a comment is not closed.");
        }

        var sign = end > _position ? _source[end - 1] : ' ';
        Move(end + 2);
        AfterBlock(sign);
    }

    private void AfterBlock(char sign)
    {
        if (sign == '-')
        {
            SkipBlanks();
        }
        else if (sign != '+' && _position < _source.Length && _source[_position] == '\n')
        {
            Move(_position + 1);
        }
    }

    private bool TryReadRaw()
    {
        if (!TryMatchKeyword(_position, "raw", out var end, out var sign))
        {
            return false;
        }

        Move(end);
        if (sign == '-')
        {
            SkipBlanks();
        }

        for (var at = _source.IndexOf("{%", _position, StringComparison.Ordinal); at >= 0; at = _source.IndexOf("{%", at + 2, StringComparison.Ordinal))
        {
            var open = at + 2 < _source.Length && _source[at + 2] is '-' or '+' ? _source[at + 2] : ' ';
            if (TryMatchKeyword(at + (open == ' ' ? 2 : 3), "endraw", out end, out sign))
            {
                AddText(Before(_source[_position..at], open, true, AtLineStart(_position)));
                Move(end);
                AfterBlock(sign);
                return true;
            }
        }

        throw Fault("a raw block is not closed.");
    }

    // blanks, the word, blanks, and the end of the tag with its sign.
    private bool TryMatchKeyword(int at, string word, out int end, out char sign)
    {
        (end, sign) = (0, ' ');
        at = Blanks(at);
        if (string.CompareOrdinal(_source, at, word, 0, word.Length) != 0)
        {
            return false;
        }

        at = Blanks(at + word.Length);
        if (at < _source.Length && _source[at] is '-' or '+')
        {
            sign = _source[at++];
        }

        end = at + 2;
        return string.CompareOrdinal(_source, at, "%}", 0, 2) == 0;
    }

    private void ReadTag(char kind)
    {
        var block = kind == '%';
        var close = block ? "%}" : "}}";
        var brackets = new Stack<char>();
        _tokens.Add(new Token(block ? TokenKind.BlockStart : TokenKind.PrintStart, block ? "{%" : "{{", _line));
        while (true)
        {
            SkipBlanks();
            if (_position >= _source.Length)
            {
                throw Fault($"a tag is not closed with {close}.");
            }

            if (brackets.Count == 0 && TryEndTag(block, close))
            {
                return;
            }

            var (token, length) = TagLexer.Next(_source, _position, _line);
            _tokens.Add(token);
            Balance(token, brackets);
            Move(_position + length);
        }
    }

    private bool TryEndTag(bool block, string close)
    {
        var sign = _source[_position] == '-' || (block && _source[_position] == '+') ? _source[_position] : ' ';
        var at = sign == ' ' ? _position : _position + 1;
        if (string.CompareOrdinal(_source, at, close, 0, 2) != 0)
        {
            return false;
        }

        _tokens.Add(new Token(block ? TokenKind.BlockEnd : TokenKind.PrintEnd, close, _line));
        Move(at + 2);
        if (block)
        {
            AfterBlock(sign);
        }
        else if (sign == '-')
        {
            SkipBlanks();
        }

        return true;
    }

    private void Balance(Token token, Stack<char> brackets)
    {
        if (token.Kind != TokenKind.Operator)
        {
            return;
        }

        switch (token.Text)
        {
            case "(": brackets.Push(')'); break;
            case "[": brackets.Push(']'); break;
            case "{": brackets.Push('}'); break;
            case ")" or "]" or "}":
                if (!brackets.TryPop(out var expected) || expected != token.Text[0])
                {
                    throw Fault($"'{token.Text}' closes nothing.");
                }

                break;
            default: break;
        }
    }

    private int Blanks(int at)
    {
        while (at < _source.Length && char.IsWhiteSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private void SkipBlanks() => Move(Blanks(_position));

    private void Move(int to)
    {
        Count(to);
        _position = to;
    }

    private void Count(int to)
    {
        _line += _source.AsSpan(_counted, to - _counted).Count('\n');
        _counted = to;
    }

    private ChatTemplateException Fault(string cause) => new(ChatTemplateFault.Syntax, _line, cause);
}
