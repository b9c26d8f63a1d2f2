using EdgeMesh.Dashboard.Features.Jobs;

namespace EdgeMesh.Tests.Components.Jobs;

public sealed class AnswerMarkdownTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "<script")]
    [InlineData("<img src=x onerror=alert(1)>", "<img")]
    [InlineData("![p](https://example.com/x.png)", "<img")]
    [InlineData("[x](javascript:alert(1))", "javascript:")]
    [InlineData("[x](data:text/html;base64,AAAA)", "data:")]
    [InlineData("<javascript:alert(1)>", "href=\"javascript:")]
    [InlineData("[x](//example.com/y)", "href=\"//")]
    [InlineData("```\"><script>\nx\n```", "<script")]
    public void ToHtml_Unsafe_IsTextOnly(string text, string never) =>
        Assert.DoesNotContain(never, AnswerMarkdown.ToHtml(text), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("[", 128)]
    [InlineData(">", 128)]
    [InlineData("[", 20_000)]
    [InlineData("> ", 5_000)]
    [InlineData("*_", 5_000)]
    [InlineData("- ", 1_000)]
    [InlineData("[a](", 2_000)]
    [InlineData("![", 2_000)]
    public void ToHtml_NestedWithoutEnd_IsShownAsItIs(string piece, int times)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times)) + "<b>end";
        var html = AnswerMarkdown.ToHtml(text);
        Assert.Contains("end", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_Link_OpensWithoutTellingWhere()
    {
        var html = AnswerMarkdown.ToHtml("see [here](https://example.com) and https://example.org");
        Assert.Equal(2, html.Split("rel=\"noopener noreferrer nofollow\"").Length - 1);
    }

    [Fact]
    public void ToHtml_Code_HasItsLanguageAndACopyButton()
    {
        var html = AnswerMarkdown.ToHtml("```csharp\nvar a = 1 < 2;\n```");
        Assert.Contains("<span>csharp</span>", html, StringComparison.Ordinal);
        Assert.Contains("data-copy-code", html, StringComparison.Ordinal);
        Assert.Contains("var a = 1 &lt; 2;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_Lines_StayLines() => Assert.Contains("<br", AnswerMarkdown.ToHtml("one\ntwo"), StringComparison.Ordinal);
}
