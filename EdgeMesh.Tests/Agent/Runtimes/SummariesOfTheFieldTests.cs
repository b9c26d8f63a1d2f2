using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes;

/// <summary>Texts that are no prose, as people paste them: whole sentences or items, as long as asked, never a torn one, never the whole text back.</summary>
public sealed class SummariesOfTheFieldTests
{
    public static TheoryData<string, int> Texts => new()
    {
        { "de-ordinals.txt", 11 }, { "bullets-circle.txt", 9 }, { "bullets-word.txt", 5 }, { "letters-steps.txt", 7 }, { "chat-export.txt", 10 },
        { "log.txt", 60 }, { "table.csv", 6 }, { "table.tsv", 6 }, { "table.md", 8 }, { "talk.srt", 6 },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Summary_OfThisText_IsWholeItemsOfIt_AsManyAsAsked(string file, int items)
    {
        var text = Read(file);
        Assert.Equal(items, SentenceSplitter.Split(text).Count);
        foreach (var wish in (int?[])[1, 3, null])
        {
            var lines = (await RunAsync(text, wish)).Split('\n');
            Assert.Equal(wish ?? Math.Min(5, (items + 1) / 2), lines.Length);
            Assert.All(lines, l => Assert.Contains(l, SentenceSplitter.Split(text)));
            Assert.DoesNotContain(lines, l => l.Contains("-->", StringComparison.Ordinal) || l.Contains("00:0", StringComparison.Ordinal) && file.EndsWith("srt", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("de-ordinals.txt", "Die Mannschaft spielt in der 2. Bundesliga und verlor das letzte Spiel.")]
    [InlineData("de-ordinals.txt", "König Friedrich II. Barbarossa nannte man den alten Wirt im Scherz.")]
    [InlineData("de-ordinals.txt", "Der 1. Vorsitzende Karl Braun begrüßte am 24. Dezember die Gäste.")]
    [InlineData("bullets-circle.txt", "Old printers get security fixes only until the end of the year")]
    [InlineData("bullets-circle.txt", "The licence texts were checked by the legal team last week")]
    [InlineData("bullets-word.txt", "The water barrel costs ninety euros and is paid from the spring fund")]
    [InlineData("letters-steps.txt", "a) Plug the grey cable into the socket marked with a globe")]
    [InlineData("letters-steps.txt", "Step 3: Write the new password on a card and keep it safe")]
    [InlineData("chat-export.txt", "Ben: i can bring the big one from my uncle")]
    [InlineData("log.txt", "2026-05-05T10:01:00.123Z INFO [worker-1] job 1 done in 13 ms")]
    [InlineData("table.csv", "3;Cora;She plans the trains between the three large depots")]
    [InlineData("table.md", "West | Table | 45 | A new store opens there next year")]
    [InlineData("table.md", "The total grew by ten percent compared with last year.")]
    [InlineData("talk.srt", "A dance of one second means about one kilometre of flight")]
    public void Split_OfThisText_HasThisItem(string file, string item) => Assert.Contains(item, SentenceSplitter.Split(Read(file)));

    [Fact]
    public async Task Summary_OfATextWithoutASentenceEnd_SaysThatItCannotBeShortened()
    {
        var failure = await Assert.ThrowsAsync<TaskFailedException>(() => RunAsync(Read("auto-transcript.txt"), 5));
        Assert.Equal(ReasonCode.BadInput, failure.Reason);
        Assert.Contains("cannot be shortened", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    // WhatsApp, Signal, Telegram, IRC, minutes of a talk.
    [InlineData("12.05.26, 10:00 - Anna: who brings the tent\n12.05.26, 10:07 - Ben: i can\nreally\n12.05.26, 10:09 - Anna: great", "Anna: who brings the tent|Ben: i can really|Anna: great")]
    [InlineData("[12/05/2026, 10:00:31 AM] Anna: hello\n[12/05/2026, 10:07:02 AM] Ben: hi\n[12/05/2026, 10:08:12 AM] Anna: bye", "Anna: hello|Ben: hi|Anna: bye")]
    [InlineData("10:00 <anna> hello there\n10:01 <ben> hi\n10:02 <anna> bye", "<anna> hello there|<ben> hi|<anna> bye")]
    [InlineData("Anna: Good morning. How are you?\nBen: Fine. And you?\nAnna: Fine too.\nBen: Bye.", "Anna: Good morning. How are you?|Ben: Fine. And you?|Anna: Fine too.|Ben: Bye.")]
    // Logs of other makers.
    [InlineData("May  5 10:00:00 host sshd[1]: Accepted key. Session opened.\nMay  5 10:00:01 host sshd[1]: Closed.\nMay  5 10:00:02 host cron[2]: Ran.", "May  5 10:00:00 host sshd[1]: Accepted key. Session opened.|May  5 10:00:01 host sshd[1]: Closed.|May  5 10:00:02 host cron[2]: Ran.")]
    [InlineData("ERROR Disk full. Stop.\nINFO Started.\nWARN Slow. Very slow.", "ERROR Disk full. Stop.|INFO Started.|WARN Slow. Very slow.")]
    // Subtitles: WebVTT with tags and rolling lines; a pasted transcript with times on their own lines.
    [InlineData("WEBVTT\n\n00:01.000 --> 00:04.000 align:start\n<v Anna>Bees dance.</v>\n\n00:04.000 --> 00:06.000\nBees dance.\n\n00:06.000 --> 00:09.000\n<i>They fly.</i>", "Bees dance.|They fly.")]
    [InlineData("0:00\nwelcome to the talk\n0:04\nabout bees.\n0:09\nThey fly far\n0:12\nand wide.", "welcome to the talk about bees.|They fly far and wide.")]
    // Tables: quoted cells with separators and line breaks; commas that are prose.
    [InlineData("name,place,note\nAnna,Oslo,\"tall, and\nkind\"\nBen,Rome,short\nCora,Lyon,fast", "Anna,Oslo,\"tall, and kind\"|Ben,Rome,short|Cora,Lyon,fast")]
    [InlineData("Apples, pears, plums.\nDogs, cats, birds.\nRed, green, blue.", "Apples, pears, plums.|Dogs, cats, birds.|Red, green, blue.")]
    // Lists: without bullets, check boxes, arrows, sub-items, numbers that are none.
    [InlineData("Buy bread\nCall the garage\nPay the rent", "Buy bread|Call the garage|Pay the rent")]
    [InlineData("- [ ] buy bread\n- [x] call the garage\n  → ask for the price", "buy bread|call the garage|ask for the price")]
    [InlineData("Sie kam am\n3. Oktober und ist nicht mehr gegangen. Das war der Anfang.", "Sie kam am 3. Oktober und ist nicht mehr gegangen.|Das war der Anfang.")]
    [InlineData("1. Wash them\n2. Peel them\n3. Eat them", "Wash them|Peel them|Eat them")]
    [InlineData("1.1 Scope\n1.2 Terms\n1.3 Price", "1.1 Scope|1.2 Terms|1.3 Price")]
    // Line ends.
    [InlineData("One line\r\ngoes on here.\r\n\r\nA second paragraph.", "One line goes on here.|A second paragraph.")]
    [InlineData("One line\u2028goes on here.\u2029A second paragraph.", "One line goes on here.|A second paragraph.")]
    [InlineData("A title\n=======\nThe text begins. It goes on.", "A title|The text begins.|It goes on.")]
    public void Split_OfThisKind_IsTheseItems(string text, string items) => Assert.Equal(items.Split('|'), SentenceSplitter.Split(text));

    [Fact]
    public void Split_Thai_IsPhrasesOfAboutASentence()
    {
        const string Text = "วันนี้อากาศดีมากและเราไปเดินเล่นที่สวนสาธารณะ แม่ซื้อผลไม้หลายอย่างจากตลาดใกล้บ้าน พรุ่งนี้เราจะเดินทางไปเชียงใหม่โดยรถไฟตอนเช้า";
        var sentences = SentenceSplitter.Split(Text);
        Assert.Equal(3, sentences.Count);
        Assert.Equal(Text, string.Join(' ', sentences));
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "Summaries", file));

    private static async Task<string> RunAsync(string text, int? sentences)
    {
        TaskRequest request = new() { Kind = TaskKindValue.LlmGenerate, Text = text, Summarize = new Summarize() };
        if (sentences is { } wish)
        {
            request.Summarize.Sentences = wish;
        }

        Written output = new();
        await new SummariserRuntime(TimeProvider.System).RunAsync(request, output, TestContext.Current.CancellationToken);
        return output.All;
    }
}
