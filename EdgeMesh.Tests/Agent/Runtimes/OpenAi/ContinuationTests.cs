using System.Text.Json;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Agent.Runtimes.Engines;
using EdgeMesh.Tests.Fakes;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes.OpenAi;

/// <summary>Servers that go on with an answer, say that they do and do not, repeat it, or refuse it; against a real server over sockets.</summary>
public sealed class ContinuationTests : IAsyncLifetime
{
    private const string ChatMl = "<|im_start|>user\nWhere is the mill?<|im_end|>\n<|im_start|>assistant\n{0}";
    private OpenAiTestServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Begun => OpenAiTestServer.Answer[..39];

    public async ValueTask InitializeAsync() => _server = await OpenAiTestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(ChatMl, true)]
    [InlineData(ChatMl + "<|im_end|>\n<|im_start|>assistant\n", false)] // from before llama.cpp went on, and with --no-prefill-assistant
    [InlineData("<|im_start|>assistant\n<think>\n\n</think>\n\n{0}", true)] // thoughts that are over
    [InlineData("<|im_start|>assistant\n<think>\n{0}", false)] // the beginning would be a thought
    [InlineData("<|start|>assistant{0}", false)] // gpt-oss where llama.cpp did not know its channels yet
    [InlineData("<|start|>assistant<|channel|>final<|message|>{0}", true)]
    [InlineData("<|im_start|>assistant\n{0} ", false)]
    [InlineData(null, false)] // no such endpoint
    public async Task LlamaCpp_ShowsThePrompt_AndOnlyThatCounts(string? template, bool expected)
    {
        (_server.PropsContextTokens, _server.Template) = (8_192, template);
        Assert.Equal(expected, (await ModelAsync()).Continues);
    }

    [Theory]
    [InlineData(ChatMl, true)]
    [InlineData(ChatMl + "<|im_end|>\n", false)] // from before it knew the field
    [InlineData(null, false)]
    public async Task Vllm_ShowsTheTokens_AndOnlyTheyCount(string? template, bool expected)
    {
        (_server.ListJson, _server.Template) = ("""{"object":"list","data":[{"id":"m","object":"model","owned_by":"vllm","max_model_len":8192}]}""", template);
        Assert.Equal(expected, (await ModelAsync()).Continues);
    }

    [Fact]
    public async Task ServerThatHangsAtIt_IsUpAllTheSame()
    {
        (_server.PropsContextTokens, _server.Template, _server.Models) = (8_192, "silent", ["one", "two", "three"]);
        await using var watched = new Watched<OpenAiRuntime>(new OpenAiRuntime(_server.Address, null, SkillRules.Default, TimeProvider.System)).Start();
        Assert.All((await watched.UntilAsync(RuntimeState.Ready)).Models, m => Assert.False(m.Continues));
        Assert.Single(_server.Asked, a => a.Target == "/apply-template");
    }

    [Fact]
    public async Task ServerThatIsNeither_IsNotAsked()
    {
        _server.Template = ChatMl;
        Assert.False((await ModelAsync()).Continues);
        Assert.DoesNotContain(_server.Asked, a => a.Target.Contains("apply-template", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnswerThatHasBegun_IsItsLastTurn_AndOnlyTheRestIsWritten()
    {
        var (written, receipt) = await GoOnAsync();

        Assert.Equal(OpenAiTestServer.Answer, Begun + written.All);
        Assert.False(receipt.CutAtLimit);
        var sent = _server.LastRequest!.Value;
        Assert.Equal(["user", "assistant"], sent.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString()));
        Assert.Equal((false, true, false), (sent.GetProperty("add_generation_prompt").GetBoolean(), sent.GetProperty("continue_final_message").GetBoolean(), sent.GetProperty("echo").GetBoolean()));
        Assert.False(sent.GetProperty("chat_template_kwargs").GetProperty("enable_thinking").GetBoolean());
    }

    [Fact]
    public async Task Limit_IsOfTheWholeAnswer()
    {
        var (_, receipt) = await GoOnAsync(maxTokens: 13);

        // 39 bytes are 11 tokens by the estimate.
        Assert.Equal(2, _server.LastRequest!.Value.GetProperty("max_tokens").GetInt32());
        Assert.True(receipt.CutAtLimit);
    }

    [Fact]
    public async Task ServerThatRepeatsTheBeginning_ItIsLeftOut()
    {
        _server.Echoes = true;
        Assert.Equal(OpenAiTestServer.Answer, Begun + (await GoOnAsync()).Written.All);
    }

    [Fact]
    public async Task AnswerThatWasWhole_EndsWithoutAnotherWord()
    {
        var (written, _) = await GoOnAsync(soFar: OpenAiTestServer.Answer);
        Assert.Equal("", written.All);
    }

    [Fact]
    public async Task ServerThatRefusesIt_IsNoAnswerOfOurs()
    {
        (_server.Refuses, _server.RefusalJson) = (["continue_final_message"], """{"error":{"message":"Assistant response prefill is incompatible with enable_thinking."}}""");
        var thrown = await Assert.ThrowsAsync<TaskFailedException>(() => GoOnAsync());
        Assert.True(GoingOn.IsRefusal(Task(Begun), thrown), thrown.ToString());
    }

    [Theory]
    [InlineData("the beginning", "the beginning", "")]
    [InlineData("the beginning", "the beginning and more", " and more")]
    [InlineData("the beginning", " and more", " and more")]
    [InlineData("the beginning", "the begin of another", "the begin of another")]
    [InlineData("the beginning", "the begin", "the begin")]
    [InlineData("aaab", "aaaab", "aaaab")]
    [InlineData("", "the", "the")]
    public void Echo_IsLeftOutWhole_OrNotAtAll(string given, string sent, string expected)
    {
        for (var size = 1; size <= sent.Length; size++)
        {
            var filter = new EchoFilter(given);
            Assert.Equal(expected, string.Concat(sent.Chunk(size).Select(c => filter.Push(new string(c)))) + filter.Flush());
        }
    }

    private async Task<ModelInfo> ModelAsync()
    {
        await using var watched = new Watched<OpenAiRuntime>(new OpenAiRuntime(_server.Address, null, SkillRules.Default, TimeProvider.System)).Start();
        return Assert.Single((await watched.UntilAsync(RuntimeState.Ready)).Models);
    }

    private static TaskRequest Task(string soFar, int maxTokens = 400)
    {
        var task = Wanted.Chat("test-chat", "What do tides follow?", maxTokens);
        task.SoFar = soFar;
        return task;
    }

    private async Task<(Written Written, TaskReceipt Receipt)> GoOnAsync(int maxTokens = 400, string? soFar = null)
    {
        using var runtime = new OpenAiRuntime(_server.Address, null, SkillRules.Default, TimeProvider.System);
        var written = new Written();
        return (written, await runtime.RunAsync(Task(soFar ?? Begun, maxTokens), written, Stop));
    }
}
