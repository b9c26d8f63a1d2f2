using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>Against a real server over sockets that speaks Ollama's own API.</summary>
public sealed class OllamaRuntimeTests
{
    private const string Model = "llama3.2:3b";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_ModelsWithDetails_AreListedWithSkillsContextAndTier()
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r));
        await using var watched = Watch(server);
        var info = await watched.UntilAsync(RuntimeState.Ready);
        var chat = info.Models.Single(m => m.Id == Model);
        Assert.Equal([Skill.Chat, Skill.Summarize, Skill.Code], chat.Skills);
        Assert.Equal((2_019_393_189, 131_072, 3), (chat.SizeBytes, chat.ContextTokens, chat.QualityTier));
        Assert.Empty(info.Models.Single(m => m.Id == "nomic-embed-text:latest").Skills);
        Assert.Null(info.Accelerator);
    }

    [Fact]
    public async Task Run_Chat_StreamsTheAnswerWithItsCountsAndWhereItRan()
    {
        var asked = new List<JsonNode>();
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, asked, vram: 2_500_000_000));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        var output = new Written();
        var receipt = await watched.Runtime.RunAsync(Wanted.Chat(Model, "Why are there tides?", maxTokens: 50), output, Stop);
        Assert.Equal("The moon pulls.", output.All);
        Assert.Equal(3, output.Pieces);
        Assert.Equal((26, 3), (receipt.PromptTokens, receipt.OutputTokens));
        Assert.Equal("GPU", receipt.Accelerator);
        Assert.Contains("Loading took 1.2 s", receipt.Note, StringComparison.Ordinal);
        Assert.Equal(50, asked[0]["options"]!["num_predict"]!.GetValue<int>());
    }

    [Fact]
    public async Task Run_LongPrompt_AsksForAContextThatHoldsIt()
    {
        var asked = new List<JsonNode>();
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, asked));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        await watched.Runtime.RunAsync(Wanted.Chat(Model, new string('a', 36_000)), new Written(), Stop);
        Assert.Equal(16_384, asked[0]["options"]!["num_ctx"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("""{"message":{"thinking":"The moon, "}}|{"message":{"thinking":"surely."}}|{"message":{"content":"The moon."}}""")]
    [InlineData("""{"message":{"content":"<thi"}}|{"message":{"content":"nk>The moon, surely.</think>\n\nThe moon."}}""")]
    [InlineData("""{"message":{"content":"The moon, surely."}}|{"message":{"content":"</think>"}}|{"message":{"content":"The moon."}}""")]
    [InlineData("""{"message":null}|{"message":{"content":null,"thinking":7}}|{"response":"","message":{"thinking":"The moon, surely."}}||{"message":{"content":"The moon."}}""")]
    public async Task Run_ModelThinks_ItsThoughtsAreApart(string lines)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapPost("/api/chat", async (HttpContext context) =>
        {
            foreach (var line in lines.Split('|').Append("""{"done":true,"done_reason":"stop","eval_count":-1,"prompt_eval_count":"5","load_duration":null}"""))
            {
                await EngineTestServer.LineAsync(context, line);
            }
        }));
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System);
        var output = new Written();
        var receipt = await runtime.RunAsync(Wanted.Chat(Model, "Why?"), output, Stop);
        Assert.Equal(("The moon.", "The moon, surely."), (output.All, output.Thought));
        Assert.Equal((5, false), (receipt.PromptTokens, receipt.HasOutputTokens));
    }

    [Fact]
    public async Task Run_ModelDoesNotKnowHowToThink_IsAskedWithoutThat()
    {
        var asked = new List<JsonNode>();
        await using var server = await EngineTestServer.StartAsync(r =>
        {
            r.MapGet("/api/tags", () => Results.Text("""{"models":[{"name":"m"}]}"""));
            r.MapPost("/api/show", () => Results.Text("""{"capabilities":["completion","thinking"]}"""));
            r.MapPost("/api/chat", async (HttpContext context) =>
            {
                asked.Add((await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!);
                if (asked[^1]["think"] is not null)
                {
                    context.Response.StatusCode = 400;
                    await context.Response.WriteAsync("""{"error":"registry.ollama.ai/library/m does not support thinking"}""");
                    return;
                }

                await ChatAsync(context, null);
            });
        });
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        var output = new Written();
        await watched.Runtime.RunAsync(Wanted.Chat("m", "Hello"), output, Stop);
        Assert.Equal(("The moon pulls.", 2), (output.All, asked.Count));
    }

    [Theory]
    [InlineData(0, "CPU", "100 % on the CPU")]
    [InlineData(1_250_000_000, "", "50 % on the GPU")]
    public async Task Run_SplitBetweenProcessors_IsToldAsOllamaReportsIt(long vram, string accelerator, string note)
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, vram: vram));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        var receipt = await watched.Runtime.RunAsync(Wanted.Chat(Model, "Hello"), new Written(), Stop);
        Assert.Equal(accelerator, receipt.Accelerator);
        Assert.Contains(note, receipt.AcceleratorNote, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("length", true)]
    [InlineData("stop", false)]
    public async Task Run_DoneReason_TellsWhetherItWasCut(string done, bool cut)
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, failure: done));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        Assert.Equal(cut, (await watched.Runtime.RunAsync(Wanted.Chat(Model, "Hello"), new Written(), Stop)).CutAtLimit);
    }

    [Fact]
    public async Task Run_ToolCallAlone_IsNoAnswer()
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, failure: "tool"));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Chat(Model, "Hello"), new Written(), Stop));
        Assert.Equal((ReasonCode.AskedForTool, "llama3.2:3b asked for the tool \u201cbrowser\u201d instead of answering."), (failed.Reason, failed.Message));
    }

    [Theory]
    [InlineData("died", ReasonCode.EngineError)]
    [InlineData("404", ReasonCode.ModelMissing)]
    [InlineData("500", ReasonCode.EngineError)]
    [InlineData("memory", ReasonCode.OutOfMemory)]
    [InlineData("503", ReasonCode.Busy)]
    [InlineData("cut", ReasonCode.BadOutput)]
    [InlineData("midway", ReasonCode.OutOfMemory)]
    [InlineData("garbage", ReasonCode.BadOutput)]
    [InlineData("html", ReasonCode.BadOutput)]
    public async Task Run_ServerFails_IsANamedError(string how, ReasonCode reason)
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, failure: how));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Chat(Model, "Hello"), new Written(), Stop));
        Assert.Equal(reason, failed.Reason);
        Assert.Contains("Ollama", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_StopsTheStream()
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r, failure: "endless"));
        await using var watched = Watch(server);
        await watched.UntilAsync(RuntimeState.Ready);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watched.Runtime.RunAsync(Wanted.Chat(Model, "Hello"), new Written(), cancel.Token));
    }

    [Fact]
    public async Task Watch_ServerStopsAndStartsAgain_IsDownWithItsCauseAndFoundAgain()
    {
        var server = await EngineTestServer.StartAsync(r => Ollama(r));
        var address = server.Address;
        await server.DisposeAsync();
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(address, SkillRules.Default, TimeProvider.System)).Start();
        var down = await watched.UntilAsync(RuntimeState.Down);
        Assert.Contains("Nothing listens", down.Reason, StringComparison.Ordinal);
        await using var again = await EngineTestServer.StartAsync(r => Ollama(r), address.Port);
        await watched.UntilAsync(RuntimeState.Ready);
    }

    [Fact]
    public async Task Watch_AnotherProgramAtTheAddress_IsDownWithItsCause()
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/api/tags", () => "<html>hello</html>"));
        await using var watched = Watch(server);
        Assert.Contains("not as Ollama does", (await watched.UntilAsync(RuntimeState.Down)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_Model_TellsItsProgress()
    {
        await using var server = await EngineTestServer.StartAsync(r => Ollama(r));
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System);
        List<(long, long)> progress = [];
        await runtime.PullAsync("qwen2.5-coder:1.5b", (done, all) => progress.Add((done, all)), Stop);
        Assert.Equal([(10, 100), (100, 100)], progress);
    }

    private static Watched<OllamaRuntime> Watch(EngineTestServer server) => new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System)).Start();

    private static void Ollama(IEndpointRouteBuilder routes, List<JsonNode>? asked = null, long vram = 0, string? failure = null)
    {
        routes.MapGet("/api/tags", () => Results.Text(
            """{"models":[{"name":"llama3.2:3b","model":"llama3.2:3b","modified_at":"2026-01-01T00:00:00Z","size":2019393189,"digest":"a80c4f17acd5","details":{"format":"gguf","family":"llama","families":["llama"],"parameter_size":"3.2B","quantization_level":"Q4_K_M"}},{"name":"nomic-embed-text:latest","model":"nomic-embed-text:latest","modified_at":"2026-01-01T00:00:00Z","size":274302450,"digest":"0a109f422b47","details":{"format":"gguf","family":"nomic-bert","families":["nomic-bert"],"parameter_size":"137M","quantization_level":"F16"}}]}""",
            "application/json"));
        routes.MapPost("/api/show", async (HttpContext context) =>
        {
            var name = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!["model"]!.GetValue<string>();
            return Results.Text(
                name == Model
                    ? """{"modelfile":"","template":"","details":{"family":"llama"},"model_info":{"general.architecture":"llama","general.parameter_count":3212749888,"llama.context_length":131072},"capabilities":["completion","tools"]}"""
                    : """{"modelfile":"","template":"","details":{"family":"nomic-bert"},"model_info":{"general.architecture":"nomic-bert","general.parameter_count":137000000},"capabilities":["embedding"]}""",
                "application/json");
        });
        routes.MapGet("/api/ps", () => Results.Text($$"""{"models":[{"name":"llama3.2:3b","model":"llama3.2:3b","size":2500000000,"digest":"a80c4f17acd5","details":{},"expires_at":"2026-01-01T00:00:00Z","size_vram":{{vram}}}]}""", "application/json"));
        routes.MapPost("/api/pull", async (HttpContext context) =>
        {
            await EngineTestServer.LineAsync(context, """{"status":"pulling manifest"}""");
            await EngineTestServer.LineAsync(context, """{"status":"pulling a80c","digest":"sha256:a80c","total":100,"completed":10}""");
            await EngineTestServer.LineAsync(context, """{"status":"pulling a80c","digest":"sha256:a80c","total":100,"completed":100}""");
            await EngineTestServer.LineAsync(context, """{"status":"success"}""");
        });
        routes.MapPost("/api/chat", async (HttpContext context) =>
        {
            var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            asked?.Add(request!);
            await ChatAsync(context, failure);
        });
    }

    private static async Task ChatAsync(HttpContext context, string? failure)
    {
        switch (failure)
        {
            case "404" or "500" or "503":
                context.Response.Headers.RetryAfter = "600";
                context.Response.StatusCode = int.Parse(failure, System.Globalization.CultureInfo.InvariantCulture);
                await EngineTestServer.LineAsync(context, """{"error":"told to fail"}""");
                return;
            case "memory":
                context.Response.StatusCode = 500;
                await EngineTestServer.LineAsync(context, """{"error":"model requires more system memory (5.6 GiB) than is available (1.2 GiB)"}""");
                return;
            case "garbage":
                await EngineTestServer.LineAsync(context, "not json at all");
                return;
            case "html":
                await EngineTestServer.LineAsync(context, "<html>a proxy's error page</html>");
                return;
        }

        foreach (var word in failure == "tool" ? [] : (string[])["The", " moon", " pulls."])
        {
            await EngineTestServer.LineAsync(context, $$$"""{"model":"llama3.2:3b","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"{{{word}}}"},"done":false}""");
            if (failure == "died")
            {
                await EngineTestServer.LineAsync(context, """{"error":"model runner has unexpectedly stopped"}""");
                return;
            }

            if (failure == "midway")
            {
                await EngineTestServer.LineAsync(context, """{"error":"CUDA error: out of memory"}""");
                return;
            }

            if (failure == "cut")
            {
                context.Abort();
                return;
            }
        }

        if (failure == "endless")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (failure == "tool")
        {
            await EngineTestServer.LineAsync(context, """{"model":"llama3.2:3b","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"browser","arguments":{}}}]},"done":false}""");
        }

        await EngineTestServer.LineAsync(context, $$"""{"model":"llama3.2:3b","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"{{(failure == "length" ? "length" : "stop")}}","total_duration":2000000000,"load_duration":1200000000,"prompt_eval_count":26,"prompt_eval_duration":100000000,"eval_count":3,"eval_duration":300000000}""");
    }
}
