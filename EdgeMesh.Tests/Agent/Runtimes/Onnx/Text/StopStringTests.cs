using EdgeMesh.Agent.Runtimes.Onnx.Text;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>Stop strings across token borders, on the engine with the pieces of the built-in vocabulary.</summary>
public sealed class StopStringTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // "a wheeled vehicle that has two wheels and is moved by foot pedals."
    private static readonly GoldenCase Bicycle = ModelFixtures.Golden[0];

    [Fact]
    public void Generate_NoStopString_GivesTheWholeText() =>
        Assert.Equal(("a wheeled vehicle that has two wheels and is moved by foot pedals.", FinishReason.EndOfText), Answer());

    [Theory]
    [InlineData(" two wheels", "a wheeled vehicle that has")]
    [InlineData("eeled ve", "a wh")]
    [InlineData("pedals.", "a wheeled vehicle that has two wheels and is moved by foot ")]
    [InlineData("a", "")]
    public void Generate_StopString_EndsBeforeIt(string stop, string text) =>
        Assert.Equal((text, FinishReason.StopString), Answer(stop));

    [Fact]
    public void Generate_BeginningOfAStopStringOnly_IsGivenOutAtTheEnd() =>
        Assert.Equal(("a wheeled vehicle that has two wheels and is moved by foot pedals.", FinishReason.EndOfText), Answer("pedals.!", "two wheels or"));

    [Fact]
    public void Push_StopStringInPieces_IsNeverGivenOut()
    {
        var stops = new StopStrings(["</end>"]);

        string[] given = [stops.Push("one <"), stops.Push("/e"), stops.Push("d <"), stops.Push("/end"), stops.Push("> two"), stops.Flush()];

        Assert.Equal(["one ", "", "</ed ", "", "", ""], given);
        Assert.True(stops.Reached);
    }

    [Theory]
    [InlineData("one </e", "nd> two", "", true)] // half before, half after
    [InlineData("one </e", "d> two", "d> two", false)] // only its beginning was before
    [InlineData("one <", "/e", "/e", false)]
    [InlineData("one ", "</end> two", "", true)]
    [InlineData("one </end> two", " three", " three", false)] // what was there and was not stopped at is not looked at again
    public void Push_StopStringOverTheSeam_IsHonoured(string before, string after, string given, bool isReached)
    {
        for (var cut = 0; cut <= after.Length; cut++)
        {
            var stops = new StopStrings(["</end>"], before);

            var all = stops.Push(after[..cut]) + stops.Push(after[cut..]) + stops.Flush();

            Assert.Equal((given, isReached), (all, stops.Reached));
        }
    }

    [Fact]
    public void Generate_PromptEndsWithTheAnswersBeginning_StopStringOverTheSeamEndsIt()
    {
        using var model = ModelFixtures.Load(ModelFixtures.BuiltIn);
        var tokenizer = new PieceTokenizer(ModelFixtures.BuiltIn);
        var (whole, given, text) = ("", "", "");
        var tokens = model.Generate(Bicycle.Prompt, new(), tokenizer, t => whole += t, Token).Tokens;
        model.Generate(Bicycle.Prompt, new() { MaxTokens = 4 }, tokenizer, t => given += t, Token);
        var stop = whole.Substring(given.Length - 2, 5);

        var result = model.Generate([.. Bicycle.Prompt, .. tokens[..4]], new() { Before = given, StopStrings = [stop] }, tokenizer, t => text += t, Token);

        Assert.Equal(("", FinishReason.StopString), (text, result.Finish));
    }

    private static (string Text, FinishReason Finish) Answer(params string[] stops)
    {
        using var model = ModelFixtures.Load(ModelFixtures.BuiltIn);
        var text = "";
        var result = model.Generate(Bicycle.Prompt, new() { StopStrings = [.. stops] }, new PieceTokenizer(ModelFixtures.BuiltIn), t => text += t, Token);
        return (text, result.Finish);
    }
}
