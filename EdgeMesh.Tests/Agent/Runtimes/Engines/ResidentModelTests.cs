using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>What engines tell of the models that they have in memory, and of how many answers they write at once.</summary>
public sealed class ResidentModelTests
{
    private volatile string _loaded = "[]";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LlamaCpp_TellsItsSlotsAndItsModelUntilItPutsItAway()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        (server.PropsContextTokens, server.PropsSlots) = (4_096, 4);
        await using var watched = Watch(server);
        var info = await watched.UntilAsync(RuntimeState.Ready);
        Assert.Equal((4, OpenAiTestServer.ModelBytes), (info.Slots, Assert.Single(info.Models).ResidentBytes));

        (server.IsSleeping, server.PropsSlots) = (true, 0);
        await UntilAsync(watched.Runtime, i => i.Slots is null && i.Models[0].ResidentBytes is null);
    }

    [Fact]
    public async Task LmStudio_TellsWhichIsLoaded()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        server.ContextTokens = 8_192;
        await using var watched = Watch(server);
        var info = await watched.UntilAsync(RuntimeState.Ready);
        Assert.Equal((null, null), (info.Slots, info.Models[0].ResidentBytes));
        server.LoadedContextTokens = 4_096;
        await UntilAsync(watched.Runtime, i => i.Models[0].ResidentBytes == 0);
    }

    [Fact]
    public async Task LlamaCppWithSeveralModels_TellsTheStatusOfEach()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        server.ListJson = """{"object":"list","data":[{"id":"a","status":{"value":"loaded"},"meta":{"size":700}},{"id":"b","status":{"value":"unloaded"}},{"id":"c","status":{"value":"loading"}}]}""";
        await using var watched = Watch(server);
        Assert.Equal([700, null, null], (await watched.UntilAsync(RuntimeState.Ready)).Models.Select(m => m.ResidentBytes));
    }

    [Fact]
    public async Task AnotherServer_SaysNothing()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await using var watched = Watch(server);
        var info = await watched.UntilAsync(RuntimeState.Ready);
        Assert.Equal((null, null), (info.Slots, info.Models[0].ResidentBytes));
    }

    [Fact]
    public async Task Ollama_AfterATask_TellsAtOnceWhatIsLoadedNow()
    {
        await using var server = await EngineTestServer.StartAsync(routes =>
        {
            routes.MapGet("/api/tags", () => Results.Text("""{"models":[{"name":"m","digest":"a","size":400},{"name":"other","digest":"b","size":500}]}""", "application/json"));
            routes.MapPost("/api/show", () => Results.Text("{}", "application/json"));
            routes.MapGet("/api/ps", () => Results.Text($$"""{"models":{{_loaded}}}""", "application/json"));
            routes.MapPost("/api/chat", async (HttpContext context) =>
            {
                _loaded = """[{"name":"m","model":"m","size":6591830464,"size_vram":5333539264,"context_length":4096}]""";
                await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":"Yes."},"done":false}""");
                await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}""");
            });
        });
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System)).Start();
        Assert.All((await watched.UntilAsync(RuntimeState.Ready)).Models, m => Assert.Null(m.ResidentBytes));

        // Long before the next look of its own, which comes after ten seconds; a look a moment ago counts as one.
        await Until.TrueAsync("the model to be told as loaded", async () =>
        {
            await watched.Runtime.RunAsync(Wanted.Chat("m", "Hello"), new Written(), Stop);
            return Resident(watched.Runtime.Info) == (6_591_830_464, null);
        }, TimeSpan.FromSeconds(8));
        Assert.Equal([4_096, null], watched.Runtime.Info.Models.Select(m => m.ResidentContext));

        _loaded = """[{"name":"other","size":-5}]""";
        await UntilAsync(watched.Runtime, i => Resident(i) == (null, 0));
    }

    private static (long?, long?) Resident(RuntimeInfo info) => (info.Models.Single(m => m.Id == "m").ResidentBytes, info.Models.Single(m => m.Id == "other").ResidentBytes);

    private static Watched<OpenAiRuntime> Watch(OpenAiTestServer server) =>
        new Watched<OpenAiRuntime>(new OpenAiRuntime(new Uri(server.Address, "v1"), null, SkillRules.Default, TimeProvider.System)).Start();

    // Its own looks are ten seconds apart.
    private static Task UntilAsync(ProbedRuntime runtime, Func<RuntimeInfo, bool> isSo) => Until.TrueAsync("the engine to tell it", () =>
    {
        runtime.LookAgain();
        return isSo(runtime.Info);
    });
}
