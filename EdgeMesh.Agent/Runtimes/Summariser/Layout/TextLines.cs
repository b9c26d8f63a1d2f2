using System.Text;

namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>Line ends of every system as one: <c>\n</c>, and <c>\n\n</c> between paragraphs.</summary>
internal static class TextLines
{
    public static string Normalise(string text)
    {
        var normal = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\r':
                    normal.Append('\n');
                    i += i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                    break;
                // Next line, line separator, vertical tab.
                case '\u0085' or '\u2028' or '\v':
                    normal.Append('\n');
                    break;
                // Paragraph separator, form feed.
                case '\u2029' or '\f':
                    normal.Append("\n\n");
                    break;
                // Byte order mark, zero-width space.
                case '\uFEFF' or '\u200B':
                    break;
                default:
                    normal.Append(text[i]);
                    break;
            }
        }

        return normal.ToString();
    }

    /// <summary>Lines with something in them.</summary>
    public static List<string> Filled(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
}
