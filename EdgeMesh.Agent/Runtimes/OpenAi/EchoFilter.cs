namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// Leaves out a repetition of what a server was given to go on with. Servers that go on have a field for it (<c>echo</c>), are asked not to, and differ by version in whether they listen. What comes
/// is held back while it is the same, and left out only when all of it is: a text that happens to begin alike stays whole. What is given has 32 characters at least, which no answer repeats by chance.
/// </summary>
internal sealed class EchoFilter(string given)
{
    private int _same;
    private bool _isOver = given.Length == 0;

    /// <summary>What is certain to be new.</summary>
    public string Push(string piece)
    {
        if (_isOver)
        {
            return piece;
        }

        var common = piece.AsSpan().CommonPrefixLength(given.AsSpan(_same));
        _same += common;
        if (_same == given.Length)
        {
            _isOver = true;
            return piece[common..];
        }

        if (common == piece.Length)
        {
            return "";
        }

        // It only began alike.
        _isOver = true;
        return string.Concat(given.AsSpan(0, _same - common), piece);
    }

    /// <summary>What was held back, when nothing more comes.</summary>
    public string Flush()
    {
        var held = _isOver ? "" : given[.._same];
        _isOver = true;
        return held;
    }
}
