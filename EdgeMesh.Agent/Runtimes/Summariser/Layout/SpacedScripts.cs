namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>Thai and Lao write no marks at the end of a sentence but a space, and a space between phrases too: phrases are joined until they are about a sentence.</summary>
internal static class SpacedScripts
{
    private const int ShortestSentence = 24;

    /// <summary>The sentences of a text without marks in such a script; any other text stays whole.</summary>
    public static IEnumerable<string> Split(string text)
    {
        if (text.Count(IsSpaced) * 2 < text.Length)
        {
            return [text];
        }

        List<string> sentences = [];
        foreach (var phrase in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (sentences.Count > 0 && (sentences[^1].Length < ShortestSentence || !IsSpaced(phrase[0]) || !IsSpaced(sentences[^1][^1])))
            {
                sentences[^1] += " " + phrase;
            }
            else
            {
                sentences.Add(phrase);
            }
        }

        if (sentences.Count > 1 && sentences[^1].Length < ShortestSentence)
        {
            sentences[^2] += " " + sentences[^1];
            sentences.RemoveAt(sentences.Count - 1);
        }

        return sentences;
    }

    private static bool IsSpaced(char c) => c is >= '\u0E00' and <= '\u0EFF';
}
