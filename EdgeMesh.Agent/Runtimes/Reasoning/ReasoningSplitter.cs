namespace EdgeMesh.Agent.Runtimes.Reasoning;

/// <summary>
/// Tells a model's reasoning from its answer while the text streams: tags with and without the opening one, and channels. What may be the
/// beginning of a mark is held back until it is clear. One for each answer; not thread-safe.
/// </summary>
/// <param name="output">Where both go.</param>
/// <param name="opened">The tag that the prompt opened already, see <see cref="ReasoningMarks.OpenedBy"/>; null for none.</param>
/// <param name="soFar">The beginning of the answer where it is there already; empty for none. What comes is in the middle of the answer then.</param>
public sealed class ReasoningSplitter(IAnswerOutput output, ReasoningTag? opened = null, string soFar = "")
{
    // So many blanks before an answer are its own.
    private const int MostBlanks = 4_096;

    // gpt-oss through an engine that leaves special tokens out of the text.
    private const string BareAnalysis = "analysis";
    private const string BareFinal = "assistantfinal";

    private static readonly string[] Beginnings = [.. ReasoningMarks.Tags.Select(t => t.Open), .. ReasoningMarks.Tags.Select(t => t.Close), ReasoningMarks.Channels[0], ReasoningMarks.Channels[1], BareAnalysis];
    private static readonly string[] TagMarks = [.. ReasoningMarks.Tags.SelectMany(t => new[] { t.Open, t.Close })];
    private static readonly string[] BareMarks = [.. TagMarks, BareFinal];

    private readonly AnswerWriter _writer = new(output, hasAnswer: soFar.Length > 0);
    private State _state = soFar.Length > 0 ? State.Answer : opened is null ? State.Beginning : State.Thought;
    private string _close = opened?.Close ?? "";
    private string[] _marks = TagMarks;
    private bool _mayMove = opened is null || soFar.Length > 0;
    private char _before = soFar.Length > 0 ? soFar[^1] : default;
    private string _held = "";
    private ChannelReader? _channels;

    private enum State
    {
        Beginning,
        Thought,
        AfterThought,
        Answer,
        Channels,
    }

    /// <summary>Whether anything but blanks was answered.</summary>
    public bool HasAnswer => _writer.HasAnswer;

    /// <summary>Characters of reasoning so far.</summary>
    public int ReasoningChars => _writer.ReasoningChars;

    /// <summary>Characters of the answer so far.</summary>
    public int AnswerChars => _writer.AnswerChars;

    /// <summary>Whether what comes now is reasoning.</summary>
    public bool IsThinking => _state == State.Thought || _channels is { IsThinking: true };

    /// <summary>The tool that the answer asked for in a channel of its own; null for none.</summary>
    public string? Tool => _channels?.Tool;

    /// <summary>Reasoning that the engine sends apart from the answer.</summary>
    public void Reasoning(string piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        _mayMove &= piece.Length == 0;
        _writer.Reasoning(piece);
    }

    /// <summary>A piece of the text as the model wrote it.</summary>
    public void Text(string piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        _held += piece;
        while (Step())
        {
        }
    }

    /// <summary>Nothing more comes: what was held back is what it looks like.</summary>
    public void End()
    {
        if (_channels is { } channels)
        {
            channels.End();
        }
        else if (_state == State.Thought)
        {
            _writer.Reasoning(_held);
        }
        else
        {
            _writer.Text(_state == State.AfterThought ? _held.TrimStart() : _held);
        }

        _held = "";
    }

    // Whether there is more to do with what is held.
    private bool Step() => _state switch
    {
        State.Thought => Think(),
        State.Answer => Answer(),
        State.Channels => Channel(),
        _ => Begin(),
    };

    private bool Begin()
    {
        var text = _held.AsSpan().TrimStart();
        var blanks = _held.Length - text.Length;
        if (text.IsEmpty && blanks < MostBlanks)
        {
            return false;
        }

        foreach (var tag in ReasoningMarks.Tags)
        {
            if (text.StartsWith(tag.Open, StringComparison.Ordinal))
            {
                (_state, _close, _mayMove) = (State.Thought, tag.Close, false);
                _held = text[tag.Open.Length..].ToString();
                return true;
            }

            // A thought that was over before it began.
            if (text.StartsWith(tag.Close, StringComparison.Ordinal))
            {
                (_state, _mayMove) = (State.AfterThought, false);
                _held = text[tag.Close.Length..].ToString();
                return true;
            }
        }

        if (text.StartsWith(ReasoningMarks.Channels[0], StringComparison.Ordinal) || text.StartsWith(ReasoningMarks.Channels[1], StringComparison.Ordinal))
        {
            (_state, _channels) = (State.Channels, new ChannelReader(_writer));
            _held = text.ToString();
            return true;
        }

        if (ReasoningMarks.OpenEnd(text, Beginnings) == text.Length && !text.IsEmpty)
        {
            return false;
        }

        _held = _state == State.AfterThought ? text.ToString() : _held;
        _marks = text.StartsWith(BareAnalysis, StringComparison.Ordinal) ? BareMarks : TagMarks;
        _state = State.Answer;
        return true;
    }

    private bool Think()
    {
        var at = _held.IndexOf(_close, StringComparison.Ordinal);
        if (at < 0)
        {
            var open = ReasoningMarks.OpenEnd(_held, [_close]);
            _writer.Reasoning(_held[..^open]);
            _held = _held[^open..];
            return false;
        }

        _writer.Reasoning(_held[..at]);
        _writer.EndThought();
        (_state, _held) = (State.AfterThought, _held[(at + _close.Length)..]);
        return true;
    }

    // An end without a beginning makes reasoning of all before it, unless it is quoted, or an opening tag stands in the text as well.
    private bool Answer()
    {
        if (!_mayMove)
        {
            _writer.Text(_held);
            _held = "";
            return false;
        }

        var (at, mark) = ReasoningMarks.First(_held, _marks);
        if (at < 0)
        {
            Give(_held.Length - ReasoningMarks.OpenEnd(_held, _marks));
            return false;
        }

        if (ReasoningMarks.Tags.Any(t => t.Open == mark))
        {
            if (soFar.Length > 0 && _writer.AnswerChars == 0 && string.IsNullOrWhiteSpace(_held[..at]))
            {
                // It does not go on: it begins anew, with its thoughts.
                _writer.Reasoning(mark);
            }

            _mayMove = false;
            return true;
        }

        if ((at > 0 ? _held[at - 1] : _before) is '`' or '"' or '\'' or '“' or '‘' or '«')
        {
            Give(at + mark.Length);
            return true;
        }

        _writer.MoveToReasoning(_held[..at]);
        (_state, _mayMove, _held) = (State.AfterThought, false, _held[(at + mark.Length)..]);
        return true;
    }

    private void Give(int length)
    {
        if (length > 0)
        {
            _before = _held[length - 1];
            _writer.Text(_held[..length]);
            _held = _held[length..];
        }
    }

    private bool Channel()
    {
        _channels!.Push(_held);
        _held = "";
        return false;
    }
}
