using System.Collections.Immutable;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Agent.MeshModels;

/// <summary>What a device does with the mesh's wishes, put together as the agent is.</summary>
public sealed class ModelServiceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<InstallUpdate> _told = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Install_FromOllama_PullsWithProgress()
    {
        await using var server = await EngineTestServer.StartAsync(routes => routes.MapPost("/api/pull", async (HttpContext context) =>
        {
            await EngineTestServer.LineAsync(context, """{"status":"pulling a80c","digest":"sha256:a80c","total":100,"completed":10}""");
            await EngineTestServer.LineAsync(context, """{"status":"success"}""");
        }));
        await using var agent = Agent(new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System));

        await InstallAsync(agent, new InstallWish { Pull = new EnginePull { Model = "qwen2.5-coder:1.5b" } });

        var step = Assert.Single(_told, u => u.Step is not null).Step;
        Assert.Equal((10, 100), (step.Bytes, step.TotalBytes));
        Assert.Equal("qwen2.5-coder:1.5b", _told[^1].Done.Id);
    }

    [Fact]
    public async Task Install_FromOllamaThatIsNotThere_SaysHowToGetIt()
    {
        await using var agent = Agent();
        var wish = new InstallWish { Pull = new EnginePull { Model = "qwen2.5-coder:1.5b" } };
        await InstallAsync(agent, wish);
        var failure = Assert.Single(_told).Failure;
        Assert.Equal("NotFound", failure.Reason);
        Assert.Contains("Ollama was not found on this device", failure.Cause, StringComparison.Ordinal);
        Assert.Equal(failure, (await Service(agent).PreviewAsync(wish, TestContext.Current.CancellationToken)).Failure);
    }

    [Fact]
    public async Task Remove_Unknown_IsSaid()
    {
        await using var agent = Agent();
        Assert.False((await Service(agent).RemoveAsync(new RemoveModelRequest { Id = "nothing" }, TestContext.Current.CancellationToken)).Known);
        Assert.Equal("UnsafePath", (await Service(agent).RemoveAsync(new RemoveModelRequest { Id = "../x" }, TestContext.Current.CancellationToken)).Failure.Reason);
    }

    [Fact]
    public async Task Remove_ModelOfOllama_GoesByASecondWordUnlessEdgeMeshPutItThere()
    {
        var removed = "";
        await using var server = await EngineTestServer.StartAsync(routes =>
        {
            routes.MapGet("/api/tags", () => Results.Text("""{"models":[{"name":"qwen3:8b","size":5,"digest":"d"}]}""", "application/json"));
            routes.MapPost("/api/pull", (HttpContext context) => EngineTestServer.LineAsync(context, """{"status":"success"}"""));
            routes.MapPost("/api/show", () => Results.Text("""{"model_info":{}}""", "application/json"));
            routes.MapDelete("/api/delete", async (HttpContext context) =>
            {
                using var body = await System.Text.Json.JsonDocument.ParseAsync(context.Request.Body);
                removed = body.RootElement.GetProperty("model").GetString()!;
            });
        });
        var ollama = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System);
        await using var agent = Agent(ollama);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await ollama.WatchAsync(stop.Cancel, stop.Token);

        // It was there before: asking for it again does not make it EdgeMesh's.
        await InstallAsync(agent, new InstallWish { Pull = new EnginePull { Model = "qwen3:8b" } });
        var refused = await Service(agent).RemoveAsync(new RemoveModelRequest { Id = "qwen3:8b" }, TestContext.Current.CancellationToken);
        Assert.Equal(("NeedsConfirmation", ""), (refused.Failure.Reason, removed));

        Assert.True((await Service(agent).RemoveAsync(new RemoveModelRequest { Id = "qwen3:8b", Confirmed = true }, TestContext.Current.CancellationToken)).Known);
        Assert.Equal("qwen3:8b", removed);

        new EngineBook(_directory.Path).Pulled(ollama.Info.Id, "other:1b", isThere: true);
        Assert.True(new EngineBook(_directory.Path).WasPulled(ollama.Info.Id, "other:1b"));
        Assert.False(new EngineBook(_directory.Path).WasPulled(ollama.Info.Id, "qwen3:8b"));
    }

    [Fact]
    public async Task LoadTimes_AgentStartedAgain_AreStillKnown()
    {
        await using (var first = Agent())
        {
            await first.StartAsync(TestContext.Current.CancellationToken);
            first.Services.GetRequiredService<LocalModels>().Loaded(BuiltInModels.ImageId, 123.5);
            await first.StopAsync(TestContext.Current.CancellationToken);
        }

        await using var second = Agent();
        await second.StartAsync(TestContext.Current.CancellationToken);
        var list = await Service(second).ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(123.5, list.Models.Single(m => m.Id == BuiltInModels.ImageId).LoadMs);
        await second.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Start_ModelsThatWereInstalledBefore_AreJudgedByWhatTheyAre()
    {
        await using (var first = Agent())
        {
            // As an agent kept them that told by names alone.
            await KeepAsync(first, "base-model", ModelKind.TextOnnx, [Skill.Chat, Skill.Summarize], "tokenizer_config.json");
            await KeepAsync(first, "no-tokenizer", ModelKind.Onnx, [], "tokenizer.json");
            await KeepAsync(first, "whole", ModelKind.Onnx, [], null);
        }

        await using var second = Agent();
        await second.StartAsync(TestContext.Current.CancellationToken);
        var models = second.Services.GetRequiredService<LocalModels>();
        var (baseModel, without, whole) = (models.Find("base-model")!.ToInfo(), models.Find("no-tokenizer")!.ToInfo(), models.Find("whole")!.ToInfo());
        Assert.Contains("no chat template", baseModel.CannotRun, StringComparison.Ordinal);
        Assert.Contains("no tokenizer", without.CannotRun, StringComparison.Ordinal);
        Assert.Equal((0, true, true), (baseModel.Skills.Length, baseModel.Completes, baseModel.Measures));
        Assert.Equal((0, false, true), (without.Skills.Length, without.Completes, without.Measures));
        Assert.Contains(Skill.Chat, whole.Skills);
        Assert.Equal((null, 256), (whole.CannotRun, whole.ContextTokens));

        var list = (await Service(second).ListAsync(TestContext.Current.CancellationToken)).Models.Where(m => m.Source != "built-in").ToDictionary(m => m.Id);
        Assert.Equal(("text-onnx", 0), (list["base-model"].Kind, list["base-model"].Skills.Count));
        Assert.Equal(("onnx", 0), (list["no-tokenizer"].Kind, list["no-tokenizer"].Skills.Count));
        Assert.Equal("text-onnx", list["whole"].Kind);
        Assert.Contains("Chat", list["whole"].Skills);
        await second.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task List_BuiltInModels_AreMarked()
    {
        await using var agent = Agent();
        var list = await Service(agent).ListAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(list.Models);
        Assert.All(list.Models, m => Assert.Equal(("built-in", false), (m.Source, m.Loaded)));
        Assert.True(list.DiskFreeBytes > 0);
    }

    private async Task KeepAsync(WebApplication agent, string id, ModelKind kind, ImmutableArray<Skill> skills, string? without)
    {
        var folder = Directory.CreateDirectory(_directory[$"from-{id}"]).FullName;
        ModelFixtures.Copy(ModelFixtures.BuiltIn, folder);
        if (without is not null)
        {
            File.Delete(Path.Combine(folder, without));
        }

        await agent.Services.GetRequiredService<ModelInstaller>().InstallAsync(new InstallRequest(ModelId.Parse(id), new FolderSource(folder), kind, skills), null, TestContext.Current.CancellationToken);
    }

    private static ModelService Service(WebApplication agent) => agent.Services.GetRequiredService<ModelService>();

    private WebApplication Agent(params IRuntime[] runtimes) => AgentHost.Build(
        new AgentOptions(_directory.Path, "Test device", [], null) { FindEngines = false },
        services => Array.ForEach(runtimes, r => services.AddSingleton(r)));

    private Task InstallAsync(WebApplication agent, InstallWish wish) => Service(agent).InstallAsync(wish, new RelayFiles(_ => { }), _told.Add, TestContext.Current.CancellationToken);
}
