using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>The steps from tokens back to text.</summary>
internal static class Decoders
{
    private static readonly UTF8Encoding Strict = new(false, true);

    private static readonly (string Dirty, string Clean)[] Cleanups =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static List<string> ByteLevel(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            ByteLevelAlphabet.Decode(token, bytes);
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }

    /// <summary>Runs of <c>&lt;0xNN&gt;</c> become text; a run that is no UTF-8 gives one replacement character per byte.</summary>
    public static List<string> ByteFallback(List<string> tokens)
    {
        var result = new List<string>();
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
                && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                run.Add(value);
                continue;
            }

            EndRun(run, result);
            result.Add(token);
        }

        EndRun(run, result);
        return result;
    }

    public static List<string> Strip(List<string> tokens, char content, int start, int stop) => tokens.ConvertAll(token =>
    {
        var from = 0;
        while (from < start && from < token.Length && token[from] == content)
        {
            from++;
        }

        var to = token.Length;
        while (token.Length - to < stop && to > from && token[to - 1] == content)
        {
            to--;
        }

        return token[from..to];
    });

    public static List<string> Metaspace(List<string> tokens, char replacement, string scheme)
        => [.. tokens.Select((t, i) => i == 0 && scheme != "never" ? t.Replace(replacement.ToString(), "", StringComparison.Ordinal) : t.Replace(replacement, ' '))];

    public static List<string> WordPiece(List<string> tokens, string prefix, bool cleanup) => [.. tokens.Select((token, i) =>
    {
        var text = i == 0 ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        return cleanup ? Cleanups.Aggregate(text, (t, c) => t.Replace(c.Dirty, c.Clean, StringComparison.Ordinal)) : text;
    })];

    public static List<string> Suffix(List<string> tokens, string suffix)
        => [.. tokens.Select((t, i) => t.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];

    private static void EndRun(List<byte> run, List<string> result)
    {
        if (run.Count == 0)
        {
            return;
        }

        try
        {
            result.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            result.AddRange(Enumerable.Repeat("\ufffd", run.Count));
        }

        run.Clear();
    }
}
