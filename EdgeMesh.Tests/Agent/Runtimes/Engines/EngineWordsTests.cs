using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class EngineWordsTests
{
    [Theory]
    [InlineData("""{"error":"told to fail"}""", "told to fail")]
    [InlineData("""{"error":{"code":500,"message":"told to fail","type":"server_error"}}""", "told to fail")]
    [InlineData("""{"detail":"told to fail"}""", "told to fail")]
    [InlineData("""{"detail":[{"loc":["body","seed"],"msg":"told to fail","type":"value_error"}]}""", "told to fail")]
    [InlineData("""{"error":"","detail":null,"errors":"told to fail"}""", "told to fail")]
    [InlineData("""{"error":{"type":"x","message":"told to fail","details":""},"node_errors":{}}""", "told to fail")]
    [InlineData("""{"error":null,"node_errors":{"3":{"errors":[{"message":"told to fail"}]}}}""", "told to fail")]
    [InlineData("""{"error":"HTTPException","detail":"told to fail","body":"","errors":""}""", "told to fail")]
    [InlineData("""{"error":"RuntimeError","detail":"","errors":"told to fail"}""", "told to fail")]
    [InlineData("""{"object":"error","message":"told to fail"}""", "told to fail")]
    [InlineData("\"told to fail\"", "told to fail")]
    [InlineData("""["told to fail"]""", "told to fail")]
    [InlineData("told\r\n  to \u0000\tfail\n", "told to fail")]
    [InlineData("", "")]
    [InlineData("{}", "")]
    [InlineData("null", "")]
    [InlineData("""{"error":"half \ud800"}""", "")]
    [InlineData("""{"error":"","\ud800":1,"message":"told to fail"}""", "told to fail")]
    public void Of_Body_IsItsWords(string body, string words) => Assert.Equal(words, EngineWords.Of(body));

    [Theory]
    [InlineData("<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504</h1></center><hr>nginx</body></html>", "504 Gateway Time-out")]
    [InlineData("\uFEFF\r\n<!DOCTYPE html>\n<html lang=en><title>Error &amp; <b>more</b></title><p>x", "Error & more")]
    [InlineData("<h1>It works!</h1>", "It works!")]
    [InlineData("<html><body>no title</body></html>", null)]
    [InlineData("""{"error":"<html><title>502 Bad Gateway</title></html>"}""", "502 Bad Gateway")]
    [InlineData("""{"error":{"message":"<!doctype html><script>alert(1)</script>"}}""", null)]
    public void Of_Page_IsItsTitleAndNeverMarkup(string body, string? title)
    {
        var words = EngineWords.Of(body);
        Assert.Equal(title is null ? "a web page instead of an answer" : $"a web page titled “{title}” instead of an answer", words);
    }

    [Fact]
    public void Of_LongText_IsCutBetweenCharacters()
    {
        var words = EngineWords.Of(new string('a', 299) + "😀😀😀");
        Assert.Equal(new string('a', 299) + "…", words);
    }
}
