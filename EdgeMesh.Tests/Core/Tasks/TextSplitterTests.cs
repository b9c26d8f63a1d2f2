using CsCheck;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Tasks;

public sealed class TextSplitterTests
{
    private static readonly Gen<string> Texts =
        Gen.OneOf("word ", "Ein Satz. ", "Ünïcode ", "🎉", "。", "潮", "\n", "\n\n", "\r\n", "End! ", "x").Array[0, 400].Select(string.Concat);

    [Fact]
    public void Split_AnyText_IsTheWholeTextInOrderWithoutHalfCharacters() =>
        Gen.Select(Texts, Gen.Int[1, 40]).Sample((text, pieces) =>
        {
            var parts = TextSplitter.Split(text, pieces);
            Assert.Equal(text, string.Concat(parts.Select(p => text.Substring(p.Start, p.Length!.Value))));
            Assert.True(parts.Length <= pieces);
            Assert.All(parts, p => Assert.True(p.Length > 0 && !char.IsLowSurrogate(text[p.Start]) && p.OutputsOf.IsEmpty));
        });

    [Fact]
    public void Split_Prose_CutsWhereSentencesEnd()
    {
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => $"This is sentence number {i}, and it says little. "));
        var parts = TextSplitter.Split(text, 7);
        Assert.Equal(7, parts.Length);
        Assert.All(parts, p => Assert.EndsWith("little. ", text.Substring(p.Start, p.Length!.Value), StringComparison.Ordinal));
        Assert.All(parts, p => Assert.InRange(p.Length!.Value, text.Length / 7 / 2, text.Length / 7 * 3 / 2));
    }

    [Fact]
    public void Split_ParagraphNear_IsTakenBeforeASentence()
    {
        var text = $"{new string('a', 80)}. {new string('b', 15)}.\n\n{new string('c', 100)}.";
        Assert.StartsWith("ccc", text[TextSplitter.Split(text, 2)[1].Start..], StringComparison.Ordinal);
    }

    [Fact]
    public void Split_OneLongWord_IsCutAllTheSame() => Assert.Equal(4, TextSplitter.Split(new string('x', 4_000), 4).Length);

    [Fact]
    public void Split_NoPieces_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => TextSplitter.Split("x", 0));

    [Fact]
    public void Beginning_AnyText_FitsAndStartsIt() =>
        Gen.Select(Texts, Gen.Int[0, 300]).Sample((text, tokens) =>
        {
            var beginning = TextSplitter.Beginning(text, tokens).ToString();
            Assert.StartsWith(beginning, text, StringComparison.Ordinal);
            Assert.True(TokenEstimate.Of(beginning) <= tokens);
            Assert.True(beginning.Length == 0 || !char.IsHighSurrogate(beginning[^1]));
        });

    [Fact]
    public void Beginning_Prose_EndsWithASentence() =>
        Assert.Equal("One sentence here. Another one.", TextSplitter.Beginning("One sentence here. Another one. A third that is too long.", 12).ToString());

    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 1)]
    [InlineData("abcd", 2)]
    [InlineData("潮汐", 2)]
    [InlineData("🎉", 2)]
    public void TokenEstimate_IsBytesOver3Point6RoundedUp(string text, int tokens) => Assert.Equal(tokens, TokenEstimate.Of(text));
}
