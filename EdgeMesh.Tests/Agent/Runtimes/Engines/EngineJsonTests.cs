using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class EngineJsonTests
{
    [Theory]
    [InlineData("4096", 4096L)]
    [InlineData("4096.0", 4096L)]
    [InlineData("1e9", 1_000_000_000L)]
    [InlineData("\"4096\"", 4096L)]
    [InlineData("-5", -5L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", null)]
    [InlineData("1e400", null)]
    [InlineData("1.5", null)]
    [InlineData("\"many\"", null)]
    [InlineData("\"\\ud800\"", null)]
    [InlineData("null", null)]
    [InlineData("true", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    public void Whole_Anything_IsANumberOrNothing(string json, long? expected) => Assert.Equal(expected, Parse(json).Whole());

    [Fact]
    public void At_AnythingButAnObject_IsNothing()
    {
        foreach (var json in new[] { "null", "1", "\"x\"", "[]", """{"\ud800":1}""" })
        {
            Assert.Equal(JsonValueKind.Undefined, Parse(json).At("x").At("y").ValueKind);
            Assert.Empty(Parse(json).At("x").Items());
            Assert.Null(Parse(json).At("x").Text());
        }
    }

    [Fact]
    public void Usable_ImpossibleModels_AreLeftOut()
    {
        var models = EngineModels.Usable(
        [
            new ModelInfo("good", [Skill.Chat], -5, 0, 99), null, new ModelInfo(null!, []), new ModelInfo("", []), new ModelInfo("  ", []), new ModelInfo("good", []), new ModelInfo("a\u0000b", []),
            new ModelInfo("half \ud800", []), new ModelInfo(new string('x', 201), []), new ModelInfo("plain", default),
        ]);
        Assert.Equal(["good", "plain"], models.Select(m => m.Id));
        Assert.Equal((null, null, 5), (models[0].SizeBytes, models[0].ContextTokens, models[0].QualityTier));
        Assert.Empty(models[1].Skills);
    }

    [Fact]
    public void Usable_EndlessList_EndsAtItsLimit() => Assert.Equal(EngineModels.Most, EngineModels.Usable(Enumerable.Range(0, 100_000).Select(i => new ModelInfo($"m{i}", []))).Length);

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
