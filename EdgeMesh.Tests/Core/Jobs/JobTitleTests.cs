using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Tests.Core.Jobs;

/// <summary>A job's title is the first line that says something, whatever kind of text stands before it.</summary>
public sealed class JobTitleTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "A plain line.\nAnother.", "A plain line." },
        { "# A heading\nand more", "A heading" },
        { "## A heading ##\nand more", "A heading" },
        { "A heading\n=========\nText", "A heading" },
        { "  - first item\n- second", "first item" },
        { "* [ ] buy milk\n* [x] sell", "buy milk" },
        { "1. First step\n2. Second step", "First step" },
        { "2. Bundesliga: Ergebnisse", "2. Bundesliga: Ergebnisse" },
        { "> > quoted words\nanswer", "quoted words" },
        { "-5 degrees tonight", "-5 degrees tonight" },
        { "#hashtag first", "#hashtag first" },
        { "3.14 is about pi", "3.14 is about pi" },
        { "10:00 meeting with Bob", "10:00 meeting with Bob" },
        { "../../etc/passwd", "../../etc/passwd" },
        { "42", "42" },
        { "---\n***\n===\n", "Untitled" },
        { "\n\n###\n", "Untitled" },
        { "", "Untitled" },
        { "\ud83d\ude00\ud83d\ude00", "\ud83d\ude00\ud83d\ude00" },
        { "**Bold** and `code` and [a link](https://example.org/x)", "Bold and code and a link" },
        { "2 * 3 * 4 and __init__ of x", "2 * 3 * 4 and init of x" },
        { "```python\nimport os\n```", "import os" },
        { "~~~\nlet x = 1;\n~~~", "let x = 1;" },

        // Subtitles.
        { "1\n00:00:01,000 --> 00:00:04,000\n<i>It was dark.</i>\n\n2\n00:00:05,000 --> 00:00:06,000\nVery.", "It was dark." },
        { "WEBVTT\nKind: captions\nLanguage: de\n\nNOTE a comment\nof two lines\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:04.000 align:start\n<v Ann>Guten Tag.", "Guten Tag." },
        { "WEBVTT - A film\n\n00:01.000 --> 00:04.000\n{\\an8}Words.", "Words." },
        { "0:01\nhello and welcome\n0:05\nto the show", "hello and welcome" },

        // Chats and logs.
        { "[10:00, 12/05/2026] Ann: Where are you?\n[10:01, 12/05/2026] Bob: Here.", "Ann: Where are you?" },
        { "12.05.26, 10:00 - Ann: Wo bist du?\n12.05.26, 10:01 - Bob: Hier.", "Ann: Wo bist du?" },
        { "10:00 Ann: hi\n10:01 Bob: hi", "Ann: hi" },
        { "[2026-05-12 10:00:31] INFO started\n[2026-05-12 10:00:32] INFO ready", "INFO started" },
        { "<alice> anyone there?\n<bob> yes", "anyone there?" },

        // Tables.
        { "| Name | Age |\n|------|----:|\n| Ann | 30 |\n\nThe ages of the team.", "The ages of the team." },
        { "| Name | Age |\n|---|---|\n| Ann | 30 |", "Name, Age" },
        { "Name | Age\n--- | ---\nAnn | 30\n\nThe team.", "The team." },
        { "Cats | dogs, and other pets", "Cats | dogs, and other pets" },

        // Heads.
        { "---\nlayout: post\ntitle: \"A day out\"\n---\n# Something", "A day out" },
        { "---\nlayout: post\ntags: [a]\n---\n\n# Something", "Something" },
        { "+++\ntitle = 'A day out'\n+++\ntext", "A day out" },
        { "---\n\nA text behind a rule.\n\n---\nMore.", "A text behind a rule." },
        { "From: Ann <ann@example.org>\nTo: Bob\nDate: Mon, 4 May 2026\nSubject: Lunch on Friday?\n\nHi Bob", "Lunch on Friday?" },
        { "Von: Ann\nGesendet: Montag\nAn: Bob\nBetreff: Mittagessen\n\nHallo", "Mittagessen" },
        { "De\u00a0: Ann\nObjet : D\u00e9jeuner\n\nBonjour", "D\u00e9jeuner" },
        { "\u5dee\u51fa\u4eba\uff1aAnn\n\u4ef6\u540d\uff1a\u6628\u65e5\u306e\u4f1a\u8b70\n\n\u3053\u3093\u306b\u3061\u306f", "\u6628\u65e5\u306e\u4f1a\u8b70" },
        { "From: Ann\nTo: Bob\n\nHi Bob, lunch?", "Hi Bob, lunch?" },
        { "A: hello\nA: anyone?", "A: hello" },
        { "Subject to change: the plan", "Subject to change: the plan" },

        // Pages.
        { "<!DOCTYPE html>\n<html><head><style>p { color: red }</style><title>Tides &amp; mills</title></head><body><p>x</p></body></html>", "Tides & mills" },
        { "<div class=\"a\"><h2>The <b>mill</b></h2><p>Text.</p></div>", "The mill" },
        { "<p>One &lt;two&gt; three.</p><p>Four.</p>", "One <two> three." },
        { "<script>alert('x')</script><p>Words.</p>", "alert('x') Words." },
        { "<html><script>alert('x')</script><p>Words.</p></html>", "Words." },
        { "if a <b and c> d then stop", "if a <b and c> d then stop" },
        { "List<string> names = new();", "List<string> names = new();" },

        // Scripts.
        { "\ufeff\u3053\u308c\u306f\u8a66\u9a13\u3067\u3059\u3002\n\u6b21", "\u3053\u308c\u306f\u8a66\u9a13\u3067\u3059\u3002" },
        { "\u2022 \u0627\u0644\u0633\u0637\u0631 \u0627\u0644\u0623\u0648\u0644\n\u2022 \u0627\u0644\u062b\u0627\u0646\u064a", "\u0627\u0644\u0633\u0637\u0631 \u0627\u0644\u0623\u0648\u0644" },
        { "# \u0417\u0430\u0433\u043e\u043b\u043e\u0432\u043e\u043a\n\u0442\u0435\u043a\u0441\u0442", "\u0417\u0430\u0433\u043e\u043b\u043e\u0432\u043e\u043a" },
        { "Zeile eins\u2028Zeile zwei", "Zeile eins" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Of_AText_IsTheFirstLineWithAMeaning(string text, string expected) => Assert.Equal(expected, JobTitle.Of(Any.Request() with { Text = text }));

    [Theory]
    [InlineData("minutes of March.docx.txt", "minutes of March.docx.txt")]
    [InlineData("#1 plan.md", "#1 plan.md")]
    public void Of_AFile_IsItsName(string file, string expected) => Assert.Equal(expected, JobTitle.Of(Any.Request() with { Text = "# A heading", FileName = file }));

    [Fact]
    public void Of_LongText_EndsAtAWordAndNeverInsideACharacter()
    {
        Assert.Equal("The tidal mill at Carrow Creek has ground flour for most of\u2026", JobTitle.Of(Any.Request() with { Text = "The tidal mill at Carrow Creek has ground flour for most of the last seven hundred years" }));
        var family = string.Concat(Enumerable.Repeat("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66", 30));
        var title = JobTitle.Of(Any.Request() with { Text = family });
        Assert.StartsWith(title[..^1], family, StringComparison.Ordinal);
        Assert.Equal(0, (title.Length - 1) % "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66".Length);
    }

    [Theory]
    [InlineData(JobKind.Sysinfo, "System information")]
    [InlineData(JobKind.Echo, "Echo")]
    [InlineData(JobKind.Summarize, "Untitled")]
    public void Of_NoText_IsWhatTheKindSays(JobKind kind, string expected) => Assert.Equal(expected, JobTitle.Of(Any.Request() with { Kind = kind, Text = "" }));

    /// <summary>A title costs nothing, whatever was pasted.</summary>
    [Theory]
    [InlineData("**a ")]
    [InlineData("<a ")]
    [InlineData("<h1>")]
    [InlineData("a | b\n")]
    [InlineData("|\n")]
    [InlineData("- ")]
    [InlineData("---\n")]
    [InlineData("[a](")]
    [InlineData("1\n")]
    [InlineData("<div><script>")]
    public void Of_RepeatedMarks_IsQuick(string piece)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.InRange(JobTitle.Of(Any.Request() with { Text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length)) }).Length, 1, 61);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"{watch.Elapsed} for a title");
    }
}
