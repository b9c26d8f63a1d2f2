using System.Collections.Frozen;

namespace EdgeMesh.Core.Texts;

/// <summary>Short words of grammar: what sentences begin with, and by which a language is told that writes ordinals with a full stop ("am 3. Oktober").</summary>
internal static class FunctionWords
{
    private const int Looked = 20_000;
    private const int FewAtLeast = 3;

    private const string WithOrdinals = """
        der das und ist den von zu mit des im ein nicht auf dem sich auch wird aus bei nach einen einer wurde sind oder zum zur dass
        og det er på til af som ikke fra har var ved efter blev være også
        je že jsem byl která který také jeho podle roku není až při
        się jest nie który która oraz przez jak był od po dla są
        és egy hogy nem volt azt mert vagy csak minden után
        ja ei että oli ovat mutta myös kun joka sen hän
        ve bir için ile olarak daha çok gibi kadar sonra
        su koji koja bio ali nije prema godine
        """;

    private const string WithoutOrdinals = """
        the of and to is that was for with as are this from have were which
        le les et des est une dans que pour qui sur pas par avec
        el los las y una por con del su como pero más
        il di che per è non sono della nel anche
        het een van niet zijn voor met dat
        och att som för inte av den
        o os um uma não mais dos foi
        """;

    private const string Openers = """
        the a an this that these those there it he she they we you i his her their our my in on at by for from to with after before when while if as since
        although however but and or so then thus now today yesterday what who why how where which one some many most all no not yes
        der die das den dem des ein eine einen einem einer er sie es wir ihr ich man im in am an auf aus bei mit nach von vor zu zum zur über unter durch für gegen ohne um
        wenn als weil dass ob da so dann doch aber und oder auch nur noch schon heute gestern dies diese dieser dieses jeder jede alle viele einige kein keine wer was wie wo warum
        le la les un une des ce cet cette ces il elle ils elles on nous vous je en dans sur pour par avec après avant mais et ou si quand comme son sa ses leur
        el los las una unos esto este esta estos él ella ellos nosotros yo en con para por pero y o si cuando como su sus se no
        lo gli uno questo questa egli ella loro noi nel nella con per ma e se quando come non
        o os as um uma este esta ele ela eles nós eu em no na com para por mas se quando como não
        het een deze dit dat hij zij wij ik op voor met van maar en als toen er
        den det en ett de vi jag han hon hun jeg i på för med av men og och som når når efter
        i w z na do po od to ten ta te on ona oni my ja ale gdy jak nie się
        v na po od to ten ta on ona oni já ale když jak ne
        ez az egy ő ők mi én és de ha amikor nem
        se ne hän he me minä ja mutta kun jos ei
        bu şu o biz ben ve ama bir
        это он она они мы я в на по от к с и а но если когда как не тот та те его её их
        αυτό ο η το οι τα ένας μια και αλλά αν όταν δεν στο στη
        """;

    private static readonly FrozenSet<string> OrdinalSet = Set(WithOrdinals);
    private static readonly FrozenSet<string> OtherSet = Set(WithoutOrdinals);
    private static readonly FrozenSet<string> OpenerSet = Set(Openers);

    /// <summary>Whether sentences begin with this word, in any case of its letters.</summary>
    public static bool Opens(string word) => OpenerSet.Contains(word.ToLowerInvariant());

    /// <summary>Whether the text is in a language that writes ordinals with a full stop: more of its short words are of such languages than of others.</summary>
    public static bool WritesOrdinalsWithStops(string text)
    {
        var (with, without) = (0, 0);
        foreach (var range in text.AsSpan(0, Math.Min(text.Length, Looked)).SplitAny(" \n\r\t.,;:!?()\"„“»«".AsSpan()))
        {
            var word = text[range];
            if (word.Length is > 0 and < 9)
            {
                var folded = word.ToLowerInvariant();
                with += OrdinalSet.Contains(folded) ? 1 : 0;
                without += OtherSet.Contains(folded) ? 1 : 0;
            }
        }

        return with > without && with >= FewAtLeast;
    }

    private static FrozenSet<string> Set(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
