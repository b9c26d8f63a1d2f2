using System.Collections.Frozen;

namespace EdgeMesh.Core.Texts;

/// <summary>Words that are written with a full stop which ends no sentence, without that stop and in lower case. From common usage in the languages named.</summary>
internal static class Abbreviations
{
    /// <summary>Something always follows: titles, "for example", "compare".</summary>
    private const string Never = """
        mr mrs ms mx dr drs prof ste messrs vs cf approx viz resp incl excl
        hr hrn frl dipl ing bspw bzw ggf evtl inkl exkl zzgl bzgl sog vgl kath geb jhd ehem allg insb tägl jährl
        mm mme mlle mgr éd tél sra srta dra dña uds vds aprox págs dott avv
        dhr mevr bijv np tzw inż mgr hab płk gen např tzv rndr phdr mudr popř ún özv f.eks bl.a t.ex esim örn bkz doç yrd
        г ул пр просп им стр рис табл проф акад доц см ср напр тыс млн млрд обл р-н корп пос т.н т.е
        π.χ κα δηλ βλ τηλ
        """;

    /// <summary>Something follows only when it is a number: "no. 5", but "He said no."</summary>
    private const string BeforeNumbers = """
        no nos nr nrn fig figs vol vols p pp art arts sec secs ch chap mar abb abs kap bd s ziff rn § tab taf anm z zl t
        núm cap pág art fig tav n nn par op str strasse straße rd ave kl č čís § obr bod poz rys tab sz bek évf sid sida luku § nro
        jan feb febr mär apr jun jul aug sep sept oct okt nov dec dez янв фев мар апр июн июл авг сен окт ноя дек гл п ч разд
        """;

    /// <summary>It may end its sentence: then a new one begins with a word that sentences begin with.</summary>
    private const string MayEnd = """
        etc usw uvm uva inc ltd corp bros jr sr esq al ph.d b.c a.d u.s u.k e.u u.n a.m p.m d.c ecc etcétera enz e.d itd itp atd apod
        osv m.m m.fl o.s.v jne yms vb др т.д т.п гг вв руб коп н.э κ.λ.π κτλ gmbh st rev hon gen col lt capt cmdr sgt maj pres gov sen rep env ca sig tel wg ul av kr kn kts
        usf u.ä u.a ff núm pág
        """;

    private static readonly FrozenSet<string> NeverSet = Set(Never);
    private static readonly FrozenSet<string> BeforeNumbersSet = Set(BeforeNumbers);
    private static readonly FrozenSet<string> MayEndSet = Set(MayEnd);

    public static bool NeverEnds(string folded) => NeverSet.Contains(folded);

    public static bool PrecedesNumbers(string folded) => BeforeNumbersSet.Contains(folded) || (folded.Length > 4 && folded.EndsWith("str", StringComparison.Ordinal));

    public static bool MayEndSentence(string folded) => MayEndSet.Contains(folded);

    private static FrozenSet<string> Set(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
