using System.Text;

namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>The summariser's measure of itself: its code is compiled, and its speed known, before the first text comes.</summary>
internal static class WarmUp
{
    private const int Sentences = 64;
    private const int Kept = 5;
    private const int Rounds = 12;
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(350);

    private const string Words = """
        harbour engine winter ledger bridge copper garden signal market window valley teacher carbon summer village printer forest contract
        pilot record island battery museum letter doctor weather school kitchen railway budget mirror captain library orchard sensor
        """;

    /// <summary>Characters a second on a text like a page of prose: the median of the last three rounds, within at most 350 ms.</summary>
    public static double CharsPerSecond(TimeProvider time, CancellationToken cancellationToken)
    {
        var text = Text();
        var took = new List<double>(Rounds);
        var started = time.GetTimestamp();
        do
        {
            var round = time.GetTimestamp();
            TextRank.Choose(SentenceSplitter.Split(text), Kept, _ => { }, cancellationToken);
            took.Add(time.GetElapsedTime(round).TotalSeconds);
        }
        while (took.Count < 3 || (took.Count < Rounds && time.GetElapsedTime(started) < Longest));

        var median = took[^3..].Order().ElementAt(1);
        return text.Length / Math.Max(median, 1e-6);
    }

    // Words repeat across the sentences about as often as in prose, so that comparing them costs what it costs there.
    private static string Text()
    {
        var words = Words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var text = new StringBuilder();
        for (var sentence = 0; sentence < Sentences; sentence++)
        {
            text.Append("The");
            for (var word = 0; word < 8 + (sentence * 5 % 7); word++)
            {
                var number = (sentence * 17) + (word * word * 29) + (word * sentence * 3);
                text.Append(word % 2 == 0 ? " of the " : " ").Append(words[number % words.Length]).Append((char)('a' + (number / 7 % 18)));
            }

            text.Append(". ");
        }

        return text.ToString();
    }
}
