using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class OllamaRequestTests
{
    [Fact]
    public void Body_Chat_HasItsTurnsAndEndsWithinItsContext()
    {
        var body = new OllamaRequest(Wanted.Chat("m", "Hello"), OllamaDetails.Unknown).Body(8_192, think: true);
        Assert.Equal("Hello", body["messages"]![0]!["content"]!.GetValue<string>());
        Assert.Equal(8_192, body["options"]!["num_ctx"]!.GetValue<int>());
        Assert.InRange(body["options"]!["num_predict"]!.GetValue<int>(), 8_000, 8_191);
        Assert.False(body["truncate"]!.GetValue<bool>());
        Assert.False(body.ContainsKey("think"));
    }

    [Fact]
    public void Body_ModelThatThinks_IsToldToForAChatAndNotToForASummary()
    {
        var thinks = OllamaDetails.Unknown with { Thinks = true };
        var summary = new EdgeMesh.Core.Contracts.TaskRequest { ModelId = "m", Text = "A text.", Summarize = new Summarize { Sentences = 2 } };
        Assert.True(new OllamaRequest(Wanted.Chat("m", "Hello"), thinks).Body(8_192, think: true)["think"]!.GetValue<bool>());
        Assert.False(new OllamaRequest(summary, thinks).Body(8_192, think: true)["think"]!.GetValue<bool>());
        Assert.False(new OllamaRequest(summary, thinks).Body(8_192, think: false).ContainsKey("think"));
    }

    [Fact]
    public void Body_BaseModel_GoesOnWithTheTextAsItIs()
    {
        var request = new OllamaRequest(Wanted.Chat("m", "The sun"), OllamaDetails.Unknown with { HasTemplate = false });
        var body = request.Body(8_192, think: true);
        Assert.Equal("api/generate", request.Path.OriginalString);
        Assert.True(body["raw"]!.GetValue<bool>());
        Assert.Equal("The sun", body["prompt"]!.GetValue<string>());
        Assert.False(body.ContainsKey("messages"));
    }

    [Fact]
    public void Body_AnswerThatHasBegun_IsItsLastTurn_AndCountsForItsLimit()
    {
        var task = Wanted.Chat("m", "Tell me a tale.", 100);
        task.SoFar = "Once upon a time there stood a mill";

        var body = new OllamaRequest(task, OllamaDetails.Unknown with { Thinks = true }).Body(8_192, think: true);

        Assert.Equal(["user Tell me a tale.", $"assistant {task.SoFar}"], body["messages"]!.AsArray().Select(m => $"{m!["role"]} {m["content"]}"));
        Assert.Equal(90, body["options"]!["num_predict"]!.GetValue<int>());
        Assert.False(body["think"]!.GetValue<bool>());
    }

    [Fact]
    public void Body_BaseModel_GoesOnWithTextAndAnswerAsOne()
    {
        var task = Wanted.Chat("m", "The sun");
        task.SoFar = " rises in the east";
        Assert.Equal("The sun rises in the east", new OllamaRequest(task, OllamaDetails.Unknown with { HasTemplate = false }).Body(8_192, think: true)["prompt"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{{- range $i, $_ := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}{{ .Content }}{{ if not $last }}<|im_end|>{{ end }}{{ end }}", null, true)]
    [InlineData("{{- $prefillingContent := false }}{{ range .Messages }}{{ .Content }}{{ end }}", null, true)]
    [InlineData("{{- range .Messages }}<|{{ .Role }}|>{{ .Content }}<|end|>{{ end }}<|assistant|>", null, false)]
    [InlineData("{{ if .Prompt }}<|user|>{{ .Prompt }}<|end|>{{ end }}<|assistant|>{{ .Response }}<|end|>", null, true)]
    [InlineData("{{ .Prompt }}", "qwen3-coder", true)]
    [InlineData("{{ .Prompt }}", "some-later-one", false)]
    [InlineData("{{ .Prompt }}", null, false)]
    [InlineData(null, null, false)]
    public void Continues_IsReadOffWhatWritesThePrompt(string? template, string? renderer, bool expected) =>
        Assert.Equal(expected, OllamaDetails.Read(System.Text.Json.JsonSerializer.SerializeToElement(new { template, renderer, modelfile = renderer is null ? "FROM x" : $"FROM x\nRENDERER {renderer}" })).Continues);

    [Theory]
    [InlineData(7, 7)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Body_SeedInOllamasRange_IsItself(long seed, long sent) => Assert.Equal(sent, Seed(seed));

    [Theory]
    [InlineData(7 + (1L << 32))]
    [InlineData(-1)]
    public void Body_SeedBeyondIt_IsAnotherOne(long seed)
    {
        Assert.InRange(Seed(seed), 0, int.MaxValue);
        Assert.NotEqual(Seed(7), Seed(seed));
    }

    private static long Seed(long seed)
    {
        var task = Wanted.Chat("m", "Hello");
        task.Generate.Seed = seed;
        return new OllamaRequest(task, OllamaDetails.Unknown).Body(8_192, think: true)["options"]!["seed"]!.GetValue<long>();
    }
}
