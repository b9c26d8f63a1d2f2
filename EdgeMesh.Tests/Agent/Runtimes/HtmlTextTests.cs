using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Agent.Runtimes.Summariser.Layout;

namespace EdgeMesh.Tests.Agent.Runtimes;

/// <summary>Pasted HTML is read as a reader sees it; a text about HTML is left alone.</summary>
public sealed class HtmlTextTests
{
    private const string Page = """
        <!DOCTYPE html>
        <html lang="en"><head><title>The mill</title><style>p { color: red }</style><script>var x = "<p>no</p>";</script></head>
        <body><nav><ul><li>Home</li><li>About</li></ul></nav>
        <h1>The tidal mill</h1>
        <p>It ground flour&nbsp;for 700&#160;years &amp; more.
        It stands on the creek. <!-- a remark --><em>Nobody</em> lives there.</p>
        <ul><li>One <b>wheel</b><li><p>Two ponds</p></ul>
        <ol><li>Open the gate</li><li>Wait</li></ol>
        <table><thead><tr><th>Year</th><th>Sacks</th></tr></thead><tbody><tr><td>1900</td><td>210</td></tr><tr><td>1910</td><td>180</td></tr></tbody></table>
        <div hidden>Not shown.</div><script>track("me")</script><button>Buy now</button>
        <p>Last line<br>after a break.</p></body></html>
        """;

    public static TheoryData<string, string[]> Pieces => new()
    {
        { "<p>One sentence. Two sentences.</p>\n<p>Three.</p>", ["One sentence.", "Two sentences.", "Three."] },
        { "<div class='a > b'><span>Words</span> in a box.</div>", ["Words in a box."] },
        { "<h2>A heading</h2><p>Text &lt;here&gt;.</p>", ["A heading", "Text <here>."] },
        { "<ul><li>first</li><li>second<ul><li>inner</li></ul></li></ul>", ["first", "second", "inner"] },
        { "<P>GROSS.</P><P>Klein.</P>", ["GROSS.", "Klein."] },
        { "<p>\u4eca\u65e5\u306f\u96e8\u3067\u3059\u3002\u660e\u65e5\u306f\u6674\u308c\u307e\u3059\u3002</p>", ["\u4eca\u65e5\u306f\u96e8\u3067\u3059\u3002", "\u660e\u65e5\u306f\u6674\u308c\u307e\u3059\u3002"] },
        { "<html><p>Unclosed one<p>Unclosed two<p>Three</html>", ["Unclosed one", "Unclosed two", "Three"] },
        { "Intro.<p>A long paragraph follows here, with words.</p><p>And another one of them.</p>", ["Intro.", "A long paragraph follows here, with words.", "And another one of them."] },
    };

    public static TheoryData<string> NoHtml =>
    [
        "The <p> tag makes a paragraph, and <b>bold</b> makes letters bold.",
        "A page begins with <html> and ends with </html>. Between them stands what is shown, and that is what this text is about; it is a text.",
        "if (a < b && c > d) { return; }",
        "List<string> names = new List<string>();",
        "Use `<div>` and `</div>`.",
        "<3 you all, see you </soon>",
        "See this:\n```html\n<p>x</p>\n```\nIt is a paragraph, isn't it? Yes, and a short one.",
        "<alice> hello\n<bob> hi there",
        "<p> is a tag.",
        "",
    ];

    [Fact]
    public void Split_Page_HasWhatIsShownAndNothingElse() => Assert.Equal(
        [
            "The tidal mill", "It ground flour for 700 years & more.", "It stands on the creek.", "Nobody lives there.", "One wheel", "Two ponds", "Open the gate", "Wait",
            "1900 | 210", "1910 | 180", "Last line after a break.",
        ],
        SentenceSplitter.Split(Page));

    [Theory]
    [MemberData(nameof(Pieces))]
    public void Split_Piece_IsItsText(string text, string[] expected) => Assert.Equal(expected, SentenceSplitter.Split(text));

    [Theory]
    [MemberData(nameof(NoHtml))]
    public void TryRead_TextAboutTags_StaysAsItIs(string text) => Assert.False(HtmlText.TryRead(text, out _));

    /// <summary>Neither the depth nor the number of elements brings it down.</summary>
    [Theory]
    [InlineData("<div>", "</div>", 900)]
    [InlineData("<div>", "</div>", 100_000)]
    [InlineData("<b><p>", "</p></b>", 900)]
    [InlineData("<b><p>", "</p></b>", 50_000)]
    [InlineData("<ul><li>", "</li></ul>", 50_000)]
    [InlineData("<p>a", "</p>", 50_000)]
    [InlineData("<td>a", "</td>", 20_000)]
    [InlineData("<a><b></a>", "</p>", 900)]
    [InlineData("<a \"", "</p>", 100_000)]
    public void Split_NestedWithoutEnd_IsReadInTime(string open, string close, int times)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var text = $"<html>{string.Concat(Enumerable.Repeat(open, times))}Words.{string.Concat(Enumerable.Repeat(close, times))}</html>";
        Assert.Contains(SentenceSplitter.Split(text), s => s.Contains("Words.", StringComparison.Ordinal));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed} for {text.Length:N0} characters");
    }
}
