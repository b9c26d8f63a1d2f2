using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Runtimes;

public sealed class TextRankTests
{
    [Fact]
    public void Choose_Article_GivesWhatItIsAbout()
    {
        var summary = Summarise(Articles.TidalMill, 5);
        Assert.Equal(5, summary.Count);
        var text = string.Join('\n', summary);
        Assert.StartsWith("The tidal mill at Carrow Creek", text, StringComparison.Ordinal);
        Assert.Contains("turbine", text, StringComparison.Ordinal);
        Assert.Contains("study", text, StringComparison.Ordinal);
        Assert.Contains("megawatt hours", text, StringComparison.Ordinal);
        Assert.All(summary, s => Assert.Equal(1, StopWords.StandsAlone(s)));
        Assert.All(summary, s => Assert.InRange(s.Length, 60, 400));
    }

    [Fact]
    public void Choose_Article_CoversBeginningMiddleAndEnd()
    {
        var chosen = TextRank.Choose(SentenceSplitter.Split(Articles.TidalMill), 8, _ => { }, TestContext.Current.CancellationToken);
        Assert.Contains(chosen, i => i < 20);
        Assert.Contains(chosen, i => i is >= 20 and < 50);
        Assert.Contains(chosen, i => i >= 49);
        Assert.Equal(chosen.Order(), chosen);
        Assert.Equal(chosen.Distinct(), chosen);
    }

    [Fact]
    public void Choose_SameThingSaidTwice_TakesItOnce()
    {
        const string Said = "The harbour bridge was closed on Monday after engineers found cracks in its steel cables.";
        var text = $"{Said} {Said} Ferries carried commuters across the harbour while the cables of the bridge were replaced. {Said} The mayor promised money for a second bridge over the harbour.";
        Assert.Equal(2, Summarise(text, 2).Distinct().Count());
    }

    [Fact]
    public void Choose_TwoEquallyGood_PrefersTheOneThatStandsAlone()
    {
        const string Text = "Engineers in Oslo built a ferry that runs on hydrogen. It carries hydrogen for two days of the ferry line. The ferry carries hydrogen for two days of the line.";
        Assert.Contains("The ferry carries hydrogen for two days of the line.", Summarise(Text, 2));
    }

    [Fact]
    public void Choose_HeadingAmongSentences_TakesSentences()
    {
        const string Text = "# Hydrogen ferry line opens\n\nThe hydrogen ferry line in Oslo opens in May with two ships. Each ship of the line holds hydrogen for two days. The city pays for the hydrogen ferry line from its harbour fees.";
        Assert.DoesNotContain(Summarise(Text, 2), s => s.Contains('#', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("今日は東京で大きな会議がありました。会議では新しい電池の技術が発表されました。昼食は弁当でした。電池の技術は車に使われます。天気は晴れでした。", 2)]
    [InlineData("नई बैटरी छह मिनट में चार्ज होती है। यह बैटरी सोडियम से बनी है। मौसम अच्छा था। सोडियम बैटरी सस्ती होती है।", 2)]
    [InlineData("البطارية الجديدة تشحن في ست دقائق. كان الطقس جميلا. تستخدم البطارية الجديدة الصوديوم. الصوديوم رخيص.", 2)]
    [InlineData("Новая батарея заряжается за шесть минут. Погода была хорошей. Новая батарея сделана из натрия. Натрий стоит дешево.", 2)]
    public void Choose_AnyLanguage_GivesSentencesOfTheText(string text, int count)
    {
        var summary = Summarise(text, count);
        Assert.Equal(count, summary.Count);
        Assert.All(summary, s => Assert.Contains(s, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Choose_Twice_IsTheSame() => Assert.Equal(Summarise(Articles.TidalMill, 7), Summarise(Articles.TidalMill, 7));

    [Fact]
    public void Choose_SentencesWithoutAWordInCommon_StillChooses() =>
        Assert.Equal(2, Summarise("Alpha beta gamma. Delta epsilon zeta. Eta theta iota. Kappa lambda mu.", 2).Count);

    [Fact]
    public void Choose_OneMegabyte_EndsWithLittleMemory()
    {
        var text = Long(1_000_000);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal(5, Summarise(text, 5).Count);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 600_000_000);
    }

    [Fact]
    public void Choose_NearlyEverySentenceOfALongText_DoesNotCompareThemAll()
    {
        var sentences = SentenceSplitter.Split(Long(600_000));
        Assert.True(sentences.Count > 5_000);
        var chosen = TextRank.Choose(sentences, sentences.Count - 1, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(sentences.Count - 1, chosen.Distinct().Count());
    }

    [Fact]
    public void Choose_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => TextRank.Choose(SentenceSplitter.Split(Long(100_000)), 5, _ => { }, new CancellationToken(canceled: true)));

    [Fact]
    public void Choose_LongText_TellsProgressThatGrows()
    {
        List<double> progress = [];
        TextRank.Choose(SentenceSplitter.Split(Long(100_000)), 5, progress.Add, TestContext.Current.CancellationToken);
        Assert.NotEmpty(progress);
        Assert.Equal(progress.Order(), progress);
        Assert.All(progress, p => Assert.InRange(p, 0, 1));
    }

    internal static string Long(int chars)
    {
        var words = Articles.TidalMill.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(w => w.Trim('.', ',', ';', ':')).Where(w => w.Length > 0).ToArray();
        var text = new System.Text.StringBuilder(chars + 200);
        for (var sentence = 0; text.Length < chars; sentence++)
        {
            text.Append("Line");
            for (var word = 0; word < 9 + (sentence % 8); word++)
            {
                text.Append(' ').Append(words[((sentence * 131) + (word * word * 17)) % words.Length]).Append(word % 4 == 3 ? sentence % 900 : "");
            }

            text.Append(". ");
        }

        return text.ToString();
    }

    private static List<string> Summarise(string text, int count)
    {
        var sentences = SentenceSplitter.Split(text);
        return [.. TextRank.Choose(sentences, count, _ => { }, TestContext.Current.CancellationToken).Select(i => sentences[i])];
    }
}
