using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>The OpenAI adapter against a real llama.cpp.</summary>
public sealed class LlamaCppTests(LlamaServer llama) : IClassFixture<LlamaServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_LlamaCpp_ListsItsModelWithItsContext()
    {
        await using var watched = new Watched<OpenAiRuntime>(Adapter(await llama.StartAsync())).Start();
        var model = Assert.Single((await watched.UntilAsync(RuntimeState.Ready)).Models);
        Assert.Equal((LlamaServer.Model, LlamaServer.ContextTokens), (model.Id, model.ContextTokens));
        Assert.Contains(Skill.Chat, model.Skills);
    }

    [Fact]
    public async Task Run_Chat_StreamsEachTokenAndCountsThem()
    {
        using var runtime = Adapter(await llama.StartAsync());
        var output = new Written();
        var receipt = await runtime.RunAsync(Chat("What is a tide?", 24), output, Stop);
        Assert.Equal(24, output.Pieces);
        Assert.Equal(24, output.All.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal((17, 24), (receipt.PromptTokens, receipt.OutputTokens));
        Assert.True(receipt.CutAtLimit);

        var again = new Written();
        await runtime.RunAsync(Chat("What is a tide?", 24), again, Stop);
        Assert.Equal(output.All, again.All);
    }

    [Fact]
    public async Task Run_TextLongerThanTheContext_IsBadInputInTheServersWords()
    {
        using var runtime = Adapter(await llama.StartAsync());
        var thrown = await Assert.ThrowsAsync<TaskFailedException>(() => runtime.RunAsync(Chat(new string('x', 600), 4), new Written(), Stop));
        Assert.Equal(ReasonCode.BadInput, thrown.Reason);
        Assert.Contains("the context is 512", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownModel_IsModelMissing()
    {
        using var runtime = Adapter(await llama.StartAsync());
        var task = Chat("What is a tide?", 4);
        task.ModelId = "another";
        var thrown = await Assert.ThrowsAsync<TaskFailedException>(() => runtime.RunAsync(task, new Written(), Stop));
        Assert.Equal(ReasonCode.ModelMissing, thrown.Reason);
    }

    [Fact]
    public async Task Run_Cancelled_StopsLlamaCppToo()
    {
        var address = await llama.StartAsync(TimeSpan.FromMilliseconds(100));
        using var runtime = Adapter(address);
        using var http = new HttpClient();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var output = new Written();
        var running = runtime.RunAsync(Chat("What is a tide?", 400), output, cancel.Token);
        await Until.TrueAsync("some words", () => output.Pieces > 2);
        Assert.Contains("\"is_processing\":true", await http.GetStringAsync(new Uri(address, "/slots"), Stop), StringComparison.Ordinal);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Until.TrueAsync(
            "llama.cpp to stop", async () => (await http.GetStringAsync(new Uri(address, "/slots"), Stop)).Contains("\"is_processing\":false", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
    }

    private static OpenAiRuntime Adapter(Uri address) => new(address, null, SkillRules.Default, TimeProvider.System, "llama.cpp server");

    private static TaskRequest Chat(string text, int maxTokens)
    {
        var task = Wanted.Chat(LlamaServer.Model, text, maxTokens);
        task.Generate.Temperature = 0;
        return task;
    }
}
