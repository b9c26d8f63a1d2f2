using System.Text;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// Keeps an answer's limit of tokens where a server does not. It cannot see tokens, so it stops only when there must be more than allowed: more pieces than
/// tokens (servers send one a piece, or several), or more text than so many tokens ever have. A server that keeps the limit is never cut short.
/// </summary>
internal sealed class TokenLimit(int? most)
{
    private const int BytesPerToken = 16;
    private const int Slack = 64;
    private long _pieces;
    private long _bytes;
    private long _telling;
    private char _last;

    /// <summary>Whether it was passed; nothing more is taken then.</summary>
    public bool IsPassed { get; private set; }

    /// <summary>Counts a piece, and gives as much of it as is allowed.</summary>
    public (string Text, string Reasoning) Take(string text, string reasoning)
    {
        if (most is not { } limit || text.Length + reasoning.Length == 0)
        {
            return (text, reasoning);
        }

        _pieces++;
        _bytes += Encoding.UTF8.GetByteCount(text) + Encoding.UTF8.GetByteCount(reasoning);

        // Pieces of a letter each are no tokens: something on the way smoothed the stream.
        if (_pieces > limit && _bytes >= 2 * _pieces)
        {
            IsPassed = true;
            return ("", "");
        }

        return (Fit(text, limit), Fit(reasoning, limit));
    }

    // A run of one character, such as blanks or a line of dashes, may be a single token.
    private string Fit(string text, int limit)
    {
        for (var i = 0; i < text.Length && !IsPassed; i++)
        {
            _telling += text[i] == _last ? 0 : char.IsSurrogate(text[i]) ? 2 : text[i] < 0x80 ? 1 : text[i] < 0x800 ? 2 : 3;
            _last = text[i];
            if (_telling > ((long)limit * BytesPerToken) + Slack)
            {
                IsPassed = true;
                return text[..(i > 0 && char.IsLowSurrogate(text[i]) ? i - 1 : i)];
            }
        }

        return IsPassed ? "" : text;
    }
}
