using System.Text.Json.Nodes;
using CsCheck;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>Each change of num_ctx makes Ollama load a model again.</summary>
public sealed class OllamaContextTests
{
    private const string Model = "m:3b";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_NineTasksOfManyLengths_LoadTheModelTwice()
    {
        var ollama = new LoadingOllama();
        await using var server = await EngineTestServer.StartAsync(ollama.Map);
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System, 1L << 40)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        foreach (var length in (int[])[10, 3_000, 9_000, 20, 40_000, 12_000, 10, 30_000, 5_000])
        {
            await watched.Runtime.RunAsync(Wanted.Chat(Model, new string('a', length)), new Written(), Stop);
        }

        Assert.Equal([8_192, 16_384], ollama.Loads);
    }

    [Fact]
    public async Task Run_UnloadedMeanwhile_ShrinksAgain()
    {
        var ollama = new LoadingOllama();
        await using var server = await EngineTestServer.StartAsync(ollama.Map);
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System, 1L << 40);
        await runtime.RunAsync(Wanted.Chat(Model, new string('a', 60_000)), new Written(), Stop);
        ollama.Loaded = null;
        await runtime.RunAsync(Wanted.Chat(Model, "short"), new Written(), Stop);
        Assert.Equal([32_768, 8_192], ollama.Loads);
    }

    [Fact]
    public async Task Run_AnotherProgramLoadedIt_UsesWhatIsThere()
    {
        var ollama = new LoadingOllama { Loaded = 12_000 };
        await using var server = await EngineTestServer.StartAsync(ollama.Map);
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System, 1L << 40);
        await runtime.RunAsync(Wanted.Chat(Model, "short"), new Written(), Stop);
        Assert.Empty(ollama.Loads);
    }

    [Fact]
    public async Task Run_OllamaCountsTheSizeForAllItRunsSideBySide_IsNotTakenForMore()
    {
        var ollama = new LoadingOllama { Parallel = 4 };
        await using var server = await EngineTestServer.StartAsync(ollama.Map);
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System, 1L << 40);
        for (var i = 0; i < 4; i++)
        {
            await runtime.RunAsync(Wanted.Chat(Model, "short"), new Written(), Stop);
        }

        Assert.Equal([8_192], ollama.Loads);
    }

    [Fact]
    public async Task Run_MoreTokensThanEstimated_GrowsAndTriesAgain()
    {
        var ollama = new LoadingOllama { NeedsAtLeast = 20_000 };
        await using var server = await EngineTestServer.StartAsync(ollama.Map);
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System, 1L << 40)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        await watched.Runtime.RunAsync(Wanted.Chat(Model, new string('z', 20_000)), new Written(), Stop);
        Assert.Equal(32_768, ollama.Loaded);

        ollama.NeedsAtLeast = 200_000;
        var thrown = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Chat(Model, "x"), new Written(), Stop));
        Assert.Equal(ReasonCode.BadInput, thrown.Reason);
        Assert.Equal(131_072, ollama.Loaded);
    }

    [Fact]
    public void Begin_AnyTasks_AreEnoughAndNeverShrinkWhileInMemory() => Gen.Long[1, 200_000].Array[1, 30].Sample(needs =>
    {
        var contexts = new OllamaContexts();
        int? now = null;
        var loads = 0;
        foreach (var need in needs)
        {
            var size = contexts.Begin(Model, need, 131_072, now is { } loaded ? new OllamaResident(loaded) : null);
            contexts.End(Model);
            Assert.True(size >= Math.Min(need, 131_072) && size >= (now ?? 0) && size <= 131_072);
            loads += size == now ? 0 : 1;
            now = size;
        }

        Assert.InRange(loads, 1, 5);
    });

    [Fact]
    public void Begin_WhileALargerOneRuns_AsksForNoLess()
    {
        var contexts = new OllamaContexts();
        Assert.Equal(32_768, contexts.Begin(Model, 30_000, null, null));
        Assert.Equal(32_768, contexts.Begin(Model, 100, null, new OllamaResident(8_192)));
        Assert.Equal(32_768, contexts.Begin(Model, 100, null, null));
    }

    [Theory]
    [InlineData(100, 4_096, 4_096)]
    [InlineData(100, null, 8_192)]
    [InlineData(100, 262_144, 8_192)]
    [InlineData(1_000_000, 131_072, 131_072)]
    [InlineData(8_193, null, 16_384)]
    public void Begin_First_IsTheSmallestThatHoldsIt(long need, int? most, int size) => Assert.Equal(size, new OllamaContexts().Begin(Model, need, most, null));

    /// <summary>Loads its model again whenever it is asked for another context, as Ollama does.</summary>
    private sealed class LoadingOllama
    {
        public List<int> Loads { get; } = [];

        public int? Loaded { get; set; }

        public int Parallel { get; init; } = 1;

        public int NeedsAtLeast { get; set; }

        public void Map(IEndpointRouteBuilder routes)
        {
            routes.MapGet("/api/tags", () => Results.Text($$"""{"models":[{"name":"{{Model}}","size":1000000000,"digest":"a"}]}""", "application/json"));
            routes.MapPost("/api/show", () => Results.Text("""{"template":"{{ .Messages }}","model_info":{"llama.context_length":131072},"capabilities":["completion"]}""", "application/json"));
            routes.MapGet("/api/ps", () => Results.Text(Loaded is { } size ? $$"""{"models":[{"name":"{{Model}}","size":1,"size_vram":1,"context_length":{{size * Parallel}}}]}""" : """{"models":[]}""", "application/json"));
            routes.MapPost("/api/chat", async (HttpContext context) =>
            {
                var asked = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
                var size = asked["options"]!["num_ctx"]!.GetValue<int>();
                if (size != Loaded)
                {
                    Loads.Add(size);
                    Loaded = size;
                }

                if (size < NeedsAtLeast && asked["truncate"]?.GetValue<bool>() == false)
                {
                    context.Response.StatusCode = 400;
                    await context.Response.WriteAsync("""{"error":"the input length exceeds the context length"}""");
                    return;
                }

                await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":"Yes."},"done":false}""");
                await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":2}""");
            });
        }
    }
}
