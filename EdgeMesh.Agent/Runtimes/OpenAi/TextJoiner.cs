using System.Text;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>Joins characters that a server cut in two between pieces: halves of surrogate pairs, and bytes of UTF-8 (as <see cref="LooseJson"/> writes them).</summary>
internal sealed class TextJoiner
{
    private string _held = "";

    /// <summary>The text that is whole now.</summary>
    public string Push(string piece)
    {
        if (_held.Length == 0 && piece.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
        {
            return piece;
        }

        var text = _held + piece;
        _held = "";
        var whole = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                whole.Append(text[i]);
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                whole.Append(text[i++]).Append(text[i]);
            }
            else if (char.IsHighSurrogate(text[i]) && i + 1 == text.Length)
            {
                _held = text[i..];
            }
            else if (IsByte(text[i]))
            {
                var end = i;
                while (end < text.Length && IsByte(text[end]))
                {
                    end++;
                }

                var bytes = text[i..end].Select(c => (byte)c).ToArray();
                var open = end == text.Length ? OpenEnd(bytes) : 0;
                whole.Append(Encoding.UTF8.GetString(bytes, 0, bytes.Length - open));
                _held = text[(end - open)..end];
                i = end - 1;
            }
            else
            {
                whole.Append('\ufffd');
            }
        }

        return whole.ToString();
    }

    /// <summary>What never became whole.</summary>
    public string Flush()
    {
        var rest = _held.Length > 0 ? "\ufffd" : "";
        _held = "";
        return rest;
    }

    private static bool IsByte(char c) => c is >= '\udc80' and <= '\udcff';

    // How many of the last bytes begin a character that is not complete.
    private static int OpenEnd(byte[] bytes)
    {
        for (var length = 1; length <= 3 && length <= bytes.Length; length++)
        {
            var lead = bytes[^length];
            if (lead >= 0xC0)
            {
                return length < (lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2) ? length : 0;
            }
        }

        return 0;
    }
}
