namespace EdgeMesh.Agent.Runtimes.Reasoning;

/// <summary>Writes and counts; no blanks before the reasoning, a line between two thoughts.</summary>
/// <param name="hasAnswer">The answer has begun elsewhere.</param>
internal sealed class AnswerWriter(IAnswerOutput output, bool hasAnswer = false)
{
    private readonly bool _hasBegun = hasAnswer;
    private bool _thinking;

    public bool HasAnswer { get; private set; } = hasAnswer;

    public int AnswerChars { get; private set; }

    public int ReasoningChars { get; private set; }

    public void Text(string text)
    {
        if (text.Length > 0)
        {
            _thinking = false;
            HasAnswer |= !string.IsNullOrWhiteSpace(text);
            AnswerChars += text.Length;
            output.Text(text);
        }
    }

    public void Reasoning(string text)
    {
        if (!_thinking)
        {
            text = text.TrimStart();
            text = ReasoningChars > 0 && text.Length > 0 ? "\n\n" + text : text;
        }

        if (text.Length > 0)
        {
            _thinking = true;
            ReasoningChars += text.Length;
            output.Reasoning(text);
        }
    }

    /// <summary>All text so far, and this, was reasoning.</summary>
    public void MoveToReasoning(string last)
    {
        if (AnswerChars > 0 || _hasBegun)
        {
            output.TextWasReasoning();
            (ReasoningChars, AnswerChars, HasAnswer, _thinking) = (ReasoningChars + AnswerChars, 0, false, true);
        }

        Reasoning(last);
        _thinking = false;
    }

    /// <summary>The thought is over; the next one is another.</summary>
    public void EndThought() => _thinking = false;
}
