namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>
/// Text of tokens as they come. A character that spans several tokens is given out when it is complete, so no output ever holds half a
/// character. Not thread-safe: one per answer.
/// </summary>
public sealed class StreamDecoder
{
    // A character has at most four bytes; what is still broken after this many tokens stays broken.
    private const int MostPending = 8;
    private readonly Func<IEnumerable<int>, string> _decode;
    private readonly List<int> _window = [];
    private string _context = "";
    private int _chunkStart;
    private int _emitted;
    private int _broken;

    internal StreamDecoder(Func<IEnumerable<int>, string> decode) => _decode = decode;

    /// <summary>Takes the next token and returns the text that is now certain; often one word, sometimes nothing.</summary>
    public string Append(int id)
    {
        _window.Add(id);
        var text = _decode(_window);
        var complete = !text.EndsWith('\ufffd') || ++_broken > MostPending;
        var output = complete ? Rest(text) : Certain(text.TrimEnd('\ufffd'));
        if (complete && output.Length > 0)
        {
            Slide();
        }

        return output;
    }

    /// <summary>What is left when no more tokens come: the broken rest, if any.</summary>
    public string Flush()
    {
        var text = _window.Count == 0 ? "" : _decode(_window);
        var output = Rest(text);
        _window.Clear();
        (_context, _chunkStart, _emitted, _broken) = ("", 0, 0, 0);
        return output;
    }

    private string Certain(string text)
    {
        if (text.Length <= _emitted || !text.StartsWith(_context, StringComparison.Ordinal))
        {
            return "";
        }

        var output = text[_emitted..];
        _emitted = text.Length;
        return output;
    }

    // Broken bytes can spoil the whole characters before them (ByteFallback takes a run of bytes as one); then the new tokens stand alone.
    private string Rest(string text)
    {
        if (text.StartsWith(_context, StringComparison.Ordinal))
        {
            return text.Length > _emitted ? text[_emitted..] : "";
        }

        var alone = _decode(_window.Skip(_chunkStart));
        var from = Math.Max(0, _emitted - _context.Length);
        return alone.Length > from ? alone[from..] : "";
    }

    // Keeps the last tokens that gave text as context (the next one may join or strip a space there), so the cost per token stays constant.
    private void Slide()
    {
        _broken = 0;
        _window.RemoveRange(0, _chunkStart);
        _chunkStart = _window.Count;
        _context = _decode(_window);
        _emitted = _context.Length;
    }
}
