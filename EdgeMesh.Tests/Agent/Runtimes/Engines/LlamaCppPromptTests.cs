using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class LlamaCppPromptTests
{
    [Theory]
    [InlineData(500, 156, 256, true)]
    [InlineData(500, 500, 1_024, false)]
    [InlineData(150, 156, 256, false)]
    [InlineData(500, 100, 256, false)]
    [InlineData(500, 156, null, false)]
    public async Task Cut_ServerReadLessThanItWasSent_IsSaid(int tokens, int read, int? context, bool said)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapPost("/tokenize", async (HttpContext http) =>
        {
            var text = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!["content"]!.GetValue<string>();
            return Results.Text($$"""{"tokens":[{{string.Join(',', text.Select(c => (int)c))}}]}""", "application/json");
        }));
        using var client = EngineHttp.Create(new Uri(server.Address, "v1/"), null);
        var words = await LlamaCppPrompt.CutAsync(client, new string('x', tokens), read, context, TestContext.Current.CancellationToken);
        Assert.Equal(said ? "The server cut the text: it read 156 of 500 tokens, as its context has 256." : null, words);
    }

    [Theory]
    [InlineData("""{"tokens":null}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData(null)]
    public async Task Cut_AnotherServer_SaysNothing(string? body)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapPost("/tokenize", () => body is null ? Results.NotFound() : Results.Text(body)));
        using var client = EngineHttp.Create(new Uri(server.Address, "v1/"), null);
        Assert.Null(await LlamaCppPrompt.CutAsync(client, "text", 200, 256, TestContext.Current.CancellationToken));
    }
}
