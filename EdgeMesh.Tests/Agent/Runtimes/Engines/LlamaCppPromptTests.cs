using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Models;
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
    [InlineData(500, 156, 0, false)]
    public async Task Cut_ServerReadLessThanItWasSent_IsSaid(int tokens, int read, int context, bool said)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapPost("/tokenize", async (HttpContext http) =>
        {
            var text = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!["content"]!.GetValue<string>();
            return Results.Text($$"""{"tokens":[{{string.Join(',', text.Select(c => (int)c))}}]}""", "application/json");
        }));
        using var client = EngineHttp.Create(new Uri(server.Address, "v1/"), null);
        var words = await LlamaCppPrompt.CutAsync(client, new Uri("../tokenize", UriKind.Relative), new string('x', tokens), read, context, TestContext.Current.CancellationToken);
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
        Assert.Null(await LlamaCppPrompt.CutAsync(client, new Uri("../tokenize", UriKind.Relative), "text", 200, 256, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_ServerCutsThePrompt_TheReceiptSaysSo()
    {
        await using var server = await EngineTestServer.StartAsync(r =>
        {
            r.MapGet("/v1/models", () => Results.Text("""{"data":[{"id":"stories"}]}""", "application/json"));
            r.MapGet("/props", () => Results.Text("""{"default_generation_settings":{"n_ctx":256}}""", "application/json"));
            r.MapPost("/tokenize", () => Results.Text($$"""{"tokens":[{{string.Join(',', Enumerable.Range(0, 500))}}]}""", "application/json"));
            r.MapPost("/v1/chat/completions", () => Results.Text(
                """
                data: {"choices":[{"index":0,"delta":{"content":"Once."},"finish_reason":null}]}

                data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":156,"completion_tokens":2}}

                data: [DONE]


                """, "text/event-stream"));
        });
        await using var watched = new Watched<OpenAiRuntime>(new OpenAiRuntime(server.Address, null, SkillRules.Default, TimeProvider.System, "llama.cpp server")).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        var receipt = await watched.Runtime.RunAsync(Wanted.Chat("stories", string.Concat(Enumerable.Repeat("zx", 250))), new Written(), TestContext.Current.CancellationToken);
        Assert.Contains("it read 156 of 500 tokens, as its context has 256.", receipt.Note, StringComparison.Ordinal);
    }
}
