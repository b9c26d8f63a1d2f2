using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Texts;

/// <summary>Where sentences end, in many languages; "|" stands for each border. The text is put together again from its sentences, so nothing else may be a border.</summary>
public sealed class SentenceBoundaryTests
{
    [Theory]
    // German: ordinals, Roman numbers, abbreviations of one and of several words.
    [InlineData("Der Verein wurde am 3. Oktober 1990 in Leipzig gegründet. | Im 19. Jahrhundert stand dort eine Mühle. | Das war alles.")]
    [InlineData("Der 1. Vorsitzende sprach mit dem 2. Vorstand. | Die 2. Auflage erschien im Jahr 1998. | König Friedrich II. Barbarossa war der Wirt.")]
    [InlineData("Am 15. und 16. Mai ist das Fest. | Die Mannschaft spielt in der 2. Bundesliga und verlor. | Das ist nicht gut.")]
    [InlineData("Dr. Müller und Prof. Weber kamen z. B. aus Köln, d. h. aus dem Westen. | Die Kosten, u. a. Miete und Strom, stiegen. | Das ist die Regel.")]
    [InlineData("Das gilt laut Abs. 2 Satz 1 Nr. 4 der Satzung. | Er wohnt in der Bergstr. 12 in Bonn. | Sie ist nicht da.")]
    [InlineData("Es gibt Äpfel, Birnen usw. im Laden. | Es gibt Äpfel, Birnen usw. | Der Laden ist nicht groß und die Tür ist zu.")]
    [InlineData("Er kam unter Kaiser Wilhelm II. | Der war nicht beliebt.")]
    [InlineData("Der Zug fährt um 12.30 Uhr und ist nicht voll. | Die Fahrt kostet 3.50 Euro und wird nach der Ankunft bezahlt.")]
    [InlineData("Die Feier zum 100. Geburtstag war am 24.12. im Saal und wurde sehr schön. | Der Saal war voll.")]
    // English.
    [InlineData("He scored 12. | The team won in 1998. | Nobody knew why.")]
    [InlineData("The U.S. Army came at 5 p.m. | The town was quiet. | Dr. Smith of Acme Inc. said no. | Then he left.")]
    [InlineData("J. R. R. Tolkien lived in St. Albans St. near No. 5. | World War II. | It ended in 1945.")]
    [InlineData("See fig. 3, vol. 2, p. 7 and sec. IV of it, cf. Miller et al. 2004 for more. | That is all.")]
    [InlineData("We ate apples, pears, etc. | The rest was for you. | We ate apples, etc. and went home.")]
    [InlineData("\"I came.\" | Then he left. | (It rained.) | \"Stop!\" she said. | 'Why?' | Nobody answered.")]
    [InlineData("Is this plan B? | This is plan B. | The other was plan A. | The end... is near!")]
    [InlineData("Version 1.2.3 is at example.com/a.b today. | It costs $3.50. | Mail me at a.b@c.example. | It works. | It goes on. | Nobody knows.")]
    // French, Spanish, Italian, Portuguese, Dutch.
    [InlineData("M. Dupont et Mme. Leroy vivent au XIXe siècle, env. 30 ans av. J.-C. selon lui. | Il est parti.")]
    [InlineData("El Sr. García y la Sra. López viven en la pág. 3. | ¿Quién sabe? | ¡Nadie! | El tren llega a las 5 p.m. | La gente espera.")]
    [InlineData("Il sig. Rossi e il dott. Bianchi, ecc. erano lì. | Il treno parte alle 5. | La gente aspetta.")]
    [InlineData("De hr. Jansen komt bijv. morgen, o.a. met de trein. | Het is laat.")]
    // Northern and Eastern Europe: ordinals with stops.
    [InlineData("Det var den 3. Oktober og det er ikke langt fra Oslo. | Vi var der på 2. Plass til slutt, og det var fint.")]
    [InlineData("Narodil se 3. října a byl to 2. syn, který je také známý. | Potom se nic nestalo až do roku 1900. | Je to tak.")]
    [InlineData("Urodził się 3. Maja i nie jest to 2. Liga, która jest znana przez wszystkich. | To jest koniec.")]
    [InlineData("Az 1848. március a forradalom és a 3. kerület ideje volt, hogy nem csak minden más. | Ez a vége.")]
    // Russian, Greek: abbreviations in their letters.
    [InlineData("Он живёт на ул. Ленина в г. Москве, т. е. далеко. | Это проф. Иванов. | Он пришёл.")]
    [InlineData("Ο κ. Παπαδόπουλος ήρθε π.χ. χθες. | Η πόλη είναι μεγάλη.")]
    // Marks of other scripts.
    [InlineData("今日は雨です。|明日は晴れます！|温度は３．５度です．|本当ですか？|「行こう。」と言った。|はい")]
    [InlineData("他说：“走吧。”|然后他走了。|天黑了！")]
    [InlineData("यह एक किताब है। | वह कलम है॥ | अच्छा।")]
    [InlineData("នេះជាសៀវភៅ។ | នោះជាប៊ិច។ | ល្អណាស់៕")]
    [InlineData("ဒါကစာအုပ်ပါ။ | အဲဒါကဘောပင်ပါ။")]
    [InlineData("ይህ መጽሐፍ ነው። | ያ እስክሪብቶ ነው።")]
    [InlineData("Սա գիրք է։ | Դա գրիչ է։")]
    [InlineData("هذا كتاب. | هل قرأته؟ | نعم، قرأته. | یہ کتاب ہے۔ | وہ قلم ہے۔")]
    public void Split_Language_CutsAtEachBorderAndNowhereElse(string marked) => Assert.Equal(
        marked.Split('|').Select(s => s.Trim()),
        SentenceSplitter.Split(marked.Replace(" | ", " ", StringComparison.Ordinal).Replace("|", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\u2028")]
    public void Parts_OfATextWithThisLineEnd_AreNotCutInsideASentence(string lineEnd)
    {
        // Every line breaks in the middle of a sentence.
        var text = string.Concat(Enumerable.Range(0, 80).Select(i => $"Sentence number {i} begins here{lineEnd}and ends on the next line. "));
        foreach (var pieces in (int[])[2, 3, 7])
        {
            var parts = TextSplitter.Split(text, pieces);
            Assert.All(parts, p => Assert.EndsWith("next line. ", text.Substring(p.Start, p.Length!.Value), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("\n\n")]
    [InlineData("\r\r")]
    [InlineData("\u2029")]
    public void Parts_NearAParagraph_AreCutThere(string paragraph)
    {
        var text = $"{new string('a', 80)}. {new string('b', 15)}.{paragraph}{new string('c', 100)}.";
        Assert.StartsWith("ccc", text[TextSplitter.Split(text, 2)[1].Start..], StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_OfATextWithOrdinals_DoNotTearDates()
    {
        var text = string.Concat(Enumerable.Range(1, 60).Select(i => $"Der Verein wurde am {1 + (i % 28)}. Oktober gegründet und ist nicht der 2. Klub. "));
        Assert.All(TextSplitter.Split(text, 9), p => Assert.EndsWith("Klub. ", text.Substring(p.Start, p.Length!.Value), StringComparison.Ordinal));
    }
}
