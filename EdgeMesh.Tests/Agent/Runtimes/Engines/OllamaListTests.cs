using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Tests.Core;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>Ollama's lists as they come: one bad entry takes nothing from the others.</summary>
public sealed class OllamaListTests
{
    private const string Good = """{"name":"good:1b","size":1000000000,"digest":"a"}""";

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"good\"")]
    [InlineData("{}")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"name":"half \ud800"}""")]
    [InlineData("""{"name":"good:1b","digest":"b"}""")]
    [InlineData("""{"name":["x"],"model":null}""")]
    public async Task Tags_OneBadEntry_LeavesTheOthers(string entry)
    {
        var info = await ListAsync($$"""{"models":[{{entry}},{{Good}}]}""", _ => """{"capabilities":["completion"]}""");
        Assert.Equal("good:1b", Assert.Single(info.Models).Id);
    }

    /// <summary>Models that another computer runs are shown, with why, and take no text.</summary>
    [Theory]
    [InlineData("""{"name":"gpt-oss:120b-cloud","remote_model":"gpt-oss:120b","remote_host":"https://ollama.com:443","size":384}""", "{}", "ollama.com")]
    [InlineData("""{"name":"gpt-oss:120b-cloud","size":384}""", "{}", "ollama.com")]
    [InlineData("""{"name":"glm-4.6:cloud"}""", "{}", "ollama.com")]
    [InlineData("""{"name":"Kimi-K2:1T-CLOUD"}""", "{}", "ollama.com")]
    [InlineData("""{"name":"mine:latest","remote_host":"https://models.example.org"}""", "{}", "models.example.org")]
    [InlineData("""{"name":"mine:latest","remote_model":"gpt-oss:120b"}""", "{}", "ollama.com")]
    [InlineData("""{"name":"mine:latest"}""", """{"remote_host":"https://ollama.com:443","capabilities":["completion"]}""", "ollama.com")]
    public async Task Tags_ModelOfTheCloud_IsMarkedAndTakesNoText(string entry, string show, string host)
    {
        var chats = 0;
        await using var server = await EngineTestServer.StartAsync(r =>
        {
            r.MapGet("/api/tags", () => Results.Text($$"""{"models":[{{entry}},{{Good}}]}""", "application/json"));
            r.MapPost("/api/show", (JsonObject asked) => Results.Text(asked["model"]!.GetValue<string>() == "good:1b" ? """{"capabilities":["completion"]}""" : show, "application/json"));
            r.MapPost("/api/chat", () => ++chats);
        });
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System)).Start();
        var info = await watched.UntilAsync(RuntimeState.Ready);
        var cloud = info.Models.Single(m => m.Id != "good:1b");
        Assert.Empty(cloud.Skills);
        Assert.Contains($"not on this device but on {host}", cloud.CannotRun, StringComparison.Ordinal);
        Assert.Null(info.Models.Single(m => m.Id == "good:1b").CannotRun);

        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Chat(cloud.Id, "A secret."), new Written(), TestContext.Current.CancellationToken));
        Assert.Equal((ReasonCode.Unsupported, 0), (failed.Reason, chats));
    }

    [Theory]
    [InlineData("cloud-helper:1b")]
    [InlineData("mycloud:latest")]
    [InlineData("a-cloud/model:7b")]
    public async Task Tags_NameThatOnlyMentionsClouds_IsLocal(string name) =>
        Assert.Null(Assert.Single((await ListAsync($$"""{"models":[{"name":"{{name}}"}]}""", _ => """{"capabilities":["completion"]}""")).Models).CannotRun);

    [Theory]
    [InlineData("""{"size":99999999999999999999999}""", null)]
    [InlineData("""{"size":-1}""", null)]
    [InlineData("""{"size":"many"}""", null)]
    [InlineData("""{"size":1e9}""", 1_000_000_000L)]
    [InlineData("""{"size":5,"modified_at":"0001-01-01T00:00:00Z","details":null}""", 5L)]
    [InlineData("""{"size":5,"modified_at":"yesterday","details":[]}""", 5L)]
    [InlineData("""{"size":5,"modified_at":17}""", 5L)]
    public async Task Tags_OddFigures_AreUnknown(string fields, long? size)
    {
        var entry = JsonNode.Parse(fields)!.AsObject();
        entry["model"] = "m:1b";
        Assert.Equal(size, Assert.Single((await ListAsync($$"""{"models":[{{entry.ToJsonString()}}]}""", _ => "{}")).Models).SizeBytes);
    }

    [Theory]
    [InlineData("""{"model_info":{"llama.context_length":99999999999}}""", null)]
    [InlineData("""{"model_info":{"llama.context_length":-5}}""", null)]
    [InlineData("""{"model_info":{"llama.context_length":"8192"}}""", 8192)]
    [InlineData("""{"model_info":{"llama.context_length":8192.0}}""", 8192)]
    [InlineData("""{"model_info":null,"capabilities":null,"template":null}""", null)]
    [InlineData("""{"model_info":[],"capabilities":{},"template":5,"parameters":[]}""", null)]
    [InlineData("""{"model_info":{"\ud800":1,"x.context_length":4096}}""", 4096)]
    public async Task Show_OddFigures_AreUnknownAndTheModelStays(string show, int? context)
    {
        var model = Assert.Single((await ListAsync($$"""{"models":[{{Good}}]}""", _ => show)).Models);
        Assert.Equal(context, model.ContextTokens);
        Assert.Contains(Skill.Chat, model.Skills);
    }

    [Theory]
    [InlineData("500", "unable to load model")]
    [InlineData("404", "answered 404")]
    [InlineData("garbage", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("cut", "cannot be read")]
    [InlineData("hang", "not described it yet")]
    public async Task Show_FailsForOneModel_HidesThatOneAndSaysWhy(string how, string words)
    {
        var info = await ListAsync($$"""{"models":[{"name":"bad:7b","digest":"b"},{{Good}}]}""", name => name == "bad:7b" ? how : """{"capabilities":["completion"]}""");
        Assert.Equal((RuntimeState.Ready, null), (info.State, info.Reason));
        var bad = info.Models.Single(m => m.Id == "bad:7b");
        Assert.Empty(bad.Skills);
        Assert.Contains(words, bad.CannotRun, StringComparison.Ordinal);
        Assert.Contains(Skill.Chat, info.Models.Single(m => m.Id == "good:1b").Skills);
    }

    [Theory]
    [InlineData("""{"model_info":{"llama.context_length":131072,"llama.block_count":28,"llama.embedding_length":3072,"llama.attention.head_count":24,"llama.attention.head_count_kv":8}}""", 114_688L)]
    [InlineData("""{"model_info":{"q.context_length":131072,"q.block_count":36,"q.attention.head_count":32,"q.attention.head_count_kv":8,"q.attention.key_length":128,"q.attention.value_length":128}}""", 147_456L)]
    [InlineData("""{"model_info":{"l.context_length":131072,"l.block_count":3,"l.attention.head_count":8,"l.attention.head_count_kv":[0,0,4],"l.attention.key_length":64}}""", 1_024L)]
    [InlineData("""{"model_info":{"l.context_length":131072,"l.block_count":2,"l.embedding_length":512,"l.attention.head_count":8,"l.attention.head_count_kv":null}}""", 4_096L)]
    [InlineData("""{"model_info":{"q.context_length":262144,"q.block_count":48,"q.full_attention_interval":4,"q.attention.head_count_kv":2,"q.attention.key_length":256,"q.attention.value_length":256}}""", 24_576L)]
    [InlineData("""{"model_info":{"l.context_length":131072}}""", null)]
    [InlineData("""{"model_info":{"l.block_count":2147483647,"l.embedding_length":2147483647,"l.attention.head_count":1}}""", null)]
    public async Task Show_ShapeOfTheModel_TellsWhatATokenOfContextTakes(string show, long? bytes) =>
        Assert.Equal(bytes, Assert.Single((await ListAsync($$"""{"models":[{{Good}}]}""", _ => show)).Models).KvBytesPerToken);

    [Fact]
    public async Task Show_ContextThatTheMemoryCannotHold_IsNotPromised()
    {
        const string Show = """{"model_info":{"llama.context_length":131072,"llama.block_count":28,"llama.embedding_length":3072,"llama.attention.head_count":24,"llama.attention.head_count_kv":8}}""";
        Assert.Equal(131_072, (await ListAsync($$"""{"models":[{{Good}}]}""", _ => Show, 64L << 30)).Models[0].ContextTokens);
        Assert.InRange((await ListAsync($$"""{"models":[{{Good}}]}""", _ => Show, 4L << 30)).Models[0].ContextTokens!.Value, 16_384, 20_480);
        Assert.Equal(2_048, (await ListAsync($$"""{"models":[{{Good}}]}""", _ => Show, 1_600L << 20)).Models[0].ContextTokens);
    }

    [Theory]
    [InlineData("{{ .Prompt }}", false)]
    [InlineData("{{.Prompt}}", false)]
    [InlineData("{{- if .System }}{{ .System }}{{ end }}{{ .Prompt }}", true)]
    [InlineData("", true)]
    public async Task Show_ModelWithoutChatTemplate_TakesNoTaskByItself(string template, bool chats)
    {
        var model = Assert.Single((await ListAsync($$"""{"models":[{{Good}}]}""", _ => new JsonObject { ["template"] = template }.ToJsonString())).Models);
        Assert.Equal((chats, !chats, chats), (model.Skills.Contains(Skill.Chat), model.Completes, model.CannotRun is null));
    }

    [Theory]
    [InlineData("""{"template":"{{ .Prompt }}","modelfile":"FROM x\nTEMPLATE {{ .Prompt }}\nRENDERER qwen3.5\nPARSER qwen3.5\n"}""")]
    [InlineData("""{"template":"{{ .Prompt }}","renderer":"qwen3.5"}""")]
    [InlineData("""{"template":"{{ .Prompt }}","capabilities":["completion","tools"]}""")]
    public async Task Show_ConversationsWrittenByOllamaItself_IsAModelToTalkTo(string show) =>
        Assert.Contains(Skill.Chat, Assert.Single((await ListAsync($$"""{"models":[{{Good}}]}""", _ => show)).Models).Skills);

    [Theory]
    [InlineData("""[{{x}}]""")]
    [InlineData("""{"models":[{{x}}],"next":null}""")]
    [InlineData("""{"data":[{{x}}]}""")]
    public async Task Tags_FormsOfTheList_AreAllRead(string form) =>
        Assert.Equal("good:1b", Assert.Single((await ListAsync(form.Replace("{{x}}", Good, StringComparison.Ordinal), _ => "{}")).Models).Id);

    [Fact]
    public async Task Plan_BaseModel_IsAskedOnlyWhenNamed()
    {
        var info = await ListAsync($$"""{"models":[{{Good}}]}""", _ => """{"template":"{{ .Prompt }}"}""");
        var fleet = Any.FleetOf(Any.Device() with { Runtimes = [info], Telemetry = null });
        Assert.NotNull(PlanningPipeline.Plan(Any.Request(JobKind.Chat), fleet, Any.Context()).Refusal);
        Assert.Equal("good:1b", PlanningPipeline.Plan(Any.Request(JobKind.Chat) with { Model = "good:1b" }, fleet, Any.Context()).Plan!.Placements.Single().ModelId);
    }

    private static async Task<RuntimeInfo> ListAsync(string tags, Func<string, string> show, long memory = 1L << 40)
    {
        await using var server = await EngineTestServer.StartAsync(r => Routes(r, tags, show));
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System, memory)).Start();
        return await watched.UntilAsync(RuntimeState.Ready);
    }

    private static void Routes(IEndpointRouteBuilder routes, string tags, Func<string, string> show)
    {
        routes.MapGet("/api/tags", () => Results.Text(tags, "application/json"));
        routes.MapPost("/api/show", async (HttpContext context) =>
        {
            var answer = show((await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!["model"]!.GetValue<string>());
            switch (answer)
            {
                case "500" or "404":
                    context.Response.StatusCode = answer == "500" ? 500 : 404;
                    await context.Response.WriteAsync(answer == "500" ? """{"error":"unable to load model: /root/.ollama/blobs/x"}""" : "");
                    return;
                case "hang":
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return;
                case "cut":
                    context.Response.ContentLength = 1_000;
                    await context.Response.WriteAsync("{");
                    context.Abort();
                    return;
                case "garbage":
                    await context.Response.WriteAsync("<html>");
                    return;
                default:
                    await context.Response.WriteAsync(answer);
                    return;
            }
        });
    }
}
