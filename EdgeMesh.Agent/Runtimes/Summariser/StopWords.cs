using System.Collections.Frozen;

namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>
/// Words that carry grammar rather than a subject, for a few languages; all others have only the rule that very frequent words count for
/// nothing. And words that lean on the sentence
/// before, so that a sentence which opens with one reads badly alone.
/// </summary>
public static class StopWords
{
    private const string English = """
        a about after again all also although an and any are as at back be because been before being both but by can could did do does each even every few for from
        had has have having he her here hers him his how i if in into is it its just like many may might more most much must my no nor not now of off on once one only
        or other our out over own rather same she should since so some still such than that the their them then there these they this those though through to too two
        under until up upon us very was we were what when where whether which while who whom whose why will with within without would yet you your said says
        """;

    private const string German = """
        aber als am an auch auf aus bei bis da dann das dass dem den denn der des dessen die dies diese dieser dieses doch dort du durch ein eine einem einen einer
        eines er es für gegen hat hatte hatten ich ihr ihre im ist ja jede kann kein mit nach nicht noch nun nur ob oder ohne sehr sein seine sich sie sind so über um
        und uns unter vom von vor war waren was weil wenn werden wie wird wir wo wurde wurden zu zum zur
        """;

    private const string Romance = """
        al au aux avec ce ces cette chez come como con da dal dans das de dei del della des di do dos du e el elle elles em en est et eu era este esta foi fue gli
        han hay il ils io je la las le les leur leurs lo los lui ma mais mas más me mi mon na ne no non nos nous o os ou où para pas per pero plus por pour pas più
        qu que quei questa questo qui quien sa se ses si sin sobre son sono sont su sua suo sur também também tra très um uma un una une uno vous y été être à è é
        """;

    private const string Openers = """
        this that these those his their some one two both such then so but and or yet still also however therefore thus hence moreover furthermore meanwhile
        otherwise instead similarly nevertheless because since here there
        es dies diese dieser dieses das aber und oder doch denn also deshalb daher trotzdem jedoch danach dabei dort
        ce cela cette ces mais donc puis ainsi pourtant esto eso pero y luego así
        """;

    private const string Pronouns = """
        it he she they her him them er ihm ihn ihnen il elle ils elles lui él ella ellos ellas
        """;

    private static readonly FrozenSet<string> GrammarSet = Set(English, German, Romance);
    private static readonly FrozenSet<string> OpenerSet = Set(Openers, Pronouns);
    private static readonly FrozenSet<string> PronounSet = Set(Pronouns);

    /// <summary>Whether a word (in lower case) says nothing about a subject.</summary>
    public static bool Contains(string word) => GrammarSet.Contains(word);

    /// <summary>
    /// How well a sentence stands alone, by its first four words: 1, or less when it opens with a word that points back (<c>They …</c>,
    /// <c>But …</c>) or soon has a pronoun (<c>Over a year it …</c>).
    /// </summary>
    public static double StandsAlone(string sentence)
    {
        const int Looked = 4;
        var at = 0;
        for (var word = 0; word < Looked; word++)
        {
            while (at < sentence.Length && !char.IsLetterOrDigit(sentence[at]))
            {
                at++;
            }

            var start = at;
            while (at < sentence.Length && char.IsLetterOrDigit(sentence[at]))
            {
                at++;
            }

            if (at - start is > 0 and < 16)
            {
                var folded = sentence[start..at].ToLowerInvariant();
                if (word == 0 && OpenerSet.Contains(folded))
                {
                    return 0.5;
                }

                if (PronounSet.Contains(folded))
                {
                    return 0.65;
                }
            }
        }

        return 1;
    }

    private static FrozenSet<string> Set(params ReadOnlySpan<string> lists)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in lists)
        {
            words.UnionWith(list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }

        return words.ToFrozenSet(StringComparer.Ordinal);
    }
}
