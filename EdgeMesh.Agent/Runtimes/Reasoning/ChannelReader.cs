namespace EdgeMesh.Agent.Runtimes.Reasoning;

/// <summary>
/// Reads gpt-oss's messages: <c>&lt;|start|&gt;role&lt;|channel|&gt;name&lt;|message|&gt;text&lt;|end|&gt;</c>. <c>analysis</c> is reasoning; what goes to a tool is no
/// answer; everything else is.
/// </summary>
internal sealed class ChannelReader(AnswerWriter writer)
{
    private const int LongestHeader = 500;
    private static readonly char[] Blanks = [' ', '\n'];
    private static readonly string[] Marks = [.. ReasoningMarks.Channels];
    private Part _part;
    private string _held = "";
    private string _header = "";

    private enum Part
    {
        Between,
        Header,
        Thought,
        ToolCall,
        Answer,
    }

    public bool IsThinking => _part == Part.Thought;

    /// <summary>The last tool that was asked for.</summary>
    public string? Tool { get; private set; }

    public void Push(string piece)
    {
        _held += piece;
        while (true)
        {
            var (at, mark) = ReasoningMarks.First(_held, Marks);
            if (at < 0)
            {
                var open = ReasoningMarks.OpenEnd(_held, Marks);
                Take(_held[..^open]);
                _held = _held[^open..];
                return;
            }

            Take(_held[..at]);
            _held = _held[(at + mark.Length)..];
            Pass(mark);
        }
    }

    public void End()
    {
        Take(_held);
        _held = "";
    }

    private void Take(string text)
    {
        switch (_part)
        {
            case Part.Header:
                _header = _header.Length < LongestHeader ? _header + text : _header;
                break;
            case Part.Thought:
                writer.Reasoning(text);
                break;
            case Part.Answer:
                writer.Text(text);
                break;
            case Part.Between:
                // Nothing should be here; what is there anyway was meant for someone.
                writer.Text(writer.HasAnswer ? text : text.TrimStart());
                break;
        }
    }

    private void Pass(string mark)
    {
        switch (mark)
        {
            case "<|start|>":
                (_part, _header) = (Part.Header, "");
                break;
            case "<|channel|>":
                (_part, _header) = (Part.Header, _part == Part.Header ? _header + "\n" : "\n");
                break;
            case "<|message|>":
                _part = Read(_header);
                break;
            case "<|end|>" or "<|return|>" or "<|call|>":
                _part = Part.Between;
                writer.EndThought();
                break;
        }
    }

    // The role and whom it speaks to, then the channel's name.
    private Part Read(string header)
    {
        if (header.Split(Blanks).FirstOrDefault(w => w.StartsWith("to=", StringComparison.Ordinal)) is { } to)
        {
            Tool = to["to=".Length..];
            return Part.ToolCall;
        }

        return header[(header.IndexOf('\n', StringComparison.Ordinal) + 1)..].Trim() == "analysis" ? Part.Thought : Part.Answer;
    }
}
