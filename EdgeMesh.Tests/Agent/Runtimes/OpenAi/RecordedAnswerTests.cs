using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes.OpenAi;

/// <summary>Answers as servers really give them, over sockets.</summary>
public sealed class RecordedAnswerTests
{
    private const string End = """data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}""" + "\n\ndata: [DONE]\n\n";

    public static TheoryData<string> Whole => [.. RecordedAnswers.Whole.Keys];

    public static TheoryData<string> Failed => [.. RecordedAnswers.Failed.Keys];

    [Fact]
    public void Recorded_EveryFile_HasItsRightValue() => Assert.Equal(
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "OpenAi", "Answers")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
        RecordedAnswers.Whole.Keys.Concat(RecordedAnswers.Failed.Keys).Concat(["json-200-error", "st-503-loading", "st-504-html"]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Run_WholeAnswerWithAnOddField_Counts(string name)
    {
        var (thought, answer, note) = RecordedAnswers.Whole[name];
        var (written, receipt) = await AskAsync(RecordedAnswers.Bytes(name));
        Assert.Equal((thought, answer, note), (written.Thought, written.All, receipt.Note));
        Assert.True(receipt is { InputUnits: > 0, OutputUnits: > 0 });
        Assert.Equal(note.Contains("no token counts", StringComparison.Ordinal), !receipt.HasPromptTokens && !receipt.HasOutputTokens);
    }

    [Theory]
    [MemberData(nameof(Failed))]
    public async Task Run_ErrorOrNoAnswerInside200_SaysSoInTheServersWords(string name)
    {
        var (reason, words) = RecordedAnswers.Failed[name];
        var failed = await FailsAsync(RecordedAnswers.Bytes(name));
        Assert.Equal(reason, failed.Reason);
        Assert.Contains(words, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("<", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ReasoningOnly_KeepsIt()
    {
        var written = new Written();
        await FailsAsync(RecordedAnswers.Bytes("reason-only-length"), written);
        Assert.StartsWith("hmm 0 hmm 1 ", written.Thought, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LoadingThenReady_WaitsAndSucceeds()
    {
        var (written, _) = await AskAsync(RecordedAnswers.Bytes("st-503-loading"), RecordedAnswers.Bytes("fin-eos"));
        Assert.Equal("Hello world.", written.All);
    }

    [Fact]
    public async Task Run_ProxyGaveUpOnce_IsTriedAgain()
    {
        var (written, _) = await AskAsync(RecordedAnswers.Bytes("st-504-html"), RecordedAnswers.Bytes("fin-eos"));
        Assert.Equal("Hello world.", written.All);
    }

    [Fact]
    public async Task Run_QuotaInside200_IsBusyInTheServersWords()
    {
        // Another answer follows, as a busy server is asked again.
        await using var server = new RecordedServer([RecordedAnswers.Bytes("json-200-error"), RecordedAnswers.Bytes("fin-eos")]);
        using var runtime = new OpenAiRuntime(server.Address, null, SkillRules.Default, TimeProvider.System);
        var written = new Written();
        await runtime.RunAsync(Task("m"), written, TestContext.Current.CancellationToken);
        Assert.Equal(("Hello world.", 2), (written.All, server.Asked));
    }

    [Theory]
    [InlineData("length", true)]
    [InlineData("max_tokens", true)]
    [InlineData("LENGTH", true)]
    [InlineData("stop", false)]
    [InlineData("abort", false)]
    public async Task Run_Finish_TellsWhetherItWasCut(string finish, bool cut)
    {
        var (_, receipt) = await AskAsync(RecordedServer.Events($$"""data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"{{finish}}"}]}""" + "\n\n"));
        Assert.Equal(cut, receipt.CutAtLimit);
    }

    [Fact]
    public async Task Run_ContentFilter_IsARefusal() => Assert.Equal(
        ReasonCode.ModelRefused, (await FailsAsync(RecordedServer.Events("""data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}""" + "\n\n"))).Reason);

    [Theory]
    [InlineData("""{"message":{"content":"Hel"}}|{"message":{"content":"lo."}}""", "", "Hello.")]
    [InlineData("""{"message":{"content":"Hel"}}|{"message":{"content":"Hello."}}""", "", "Hello.")]
    [InlineData("""{"delta":{"content":"Hel"}}|{"delta":{"content":"lo."}}|{"delta":{},"message":{"content":"Hello."}}""", "", "Hello.")]
    [InlineData("""{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hmm"}]},{"type":"text","text":"Hello."}]}}""", "hmm", "Hello.")]
    [InlineData("""{"delta":{"reasoning":"hmm","reasoning_content":"hmm"}}|{"delta":{"content":"Hello."}}""", "hmm", "Hello.")]
    [InlineData("""{"delta":{"thinking":"hmm"}}|{"delta":{"content":"Hello."}}""", "hmm", "Hello.")]
    [InlineData("""{"delta":{"content":"<thi"}}|{"delta":{"content":"nk>hmm</th"}}|{"delta":{"content":"ink>Hello."}}""", "hmm", "Hello.")]
    [InlineData("""{"delta":{"content":"hmm\n</think>\n\nHello."}}""", "hmm\n", "Hello.")]
    [InlineData("""{"delta":{"content":"<|channel|>analysis<|message|>hmm<|end|><|start|>assistant<|channel|>final<|message|>Hello."}}""", "hmm", "Hello.")]
    [InlineData("""{"text":"Hel"}|{"text":"lo."}""", "", "Hello.")]
    [InlineData("""{"index":1,"delta":{"content":"other"}}|{"index":0,"delta":{"content":"Hello."}}""", "", "Hello.")]
    [InlineData("""{"delta":null}|{"delta":{"content":null,"tool_calls":[],"refusal":null}}|{"delta":{"content":"Hello."}}""", "", "Hello.")]
    public async Task Run_ChoicesOfEveryShape_GiveTheAnswer(string choices, string thought, string answer)
    {
        var body = string.Concat(choices.Split('|', StringSplitOptions.None) is var parts && choices.Contains("<|", StringComparison.Ordinal) ? [Event(choices)] : parts.Select(Event));
        var (written, receipt) = await AskAsync(RecordedServer.Events(body + End));
        Assert.Equal((thought, answer, 7L, 3L), (written.Thought, written.All, receipt.PromptTokens, receipt.OutputTokens));

        static string Event(string choice) => $$"""data: {"choices":[{{choice}}]}""" + "\n\n";
    }

    [Theory]
    [InlineData("{\"choices\":[{\"delta\":{\"content\":\"Hello.\"}}]}\n{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n", "Hello.")]
    [InlineData("{\n  \"choices\": [\n    {\"message\": {\"content\": \"Hello.\"}}\n  ]\n}\n", "Hello.")]
    [InlineData("[{\"choices\":[{\"message\":{\"content\":\"Hello.\"}}]}]", "Hello.")]
    [InlineData("\ufeff: ping\n\ndata:{\"choices\":[{\"delta\":{\"content\":\"Hello.\"},\"finish_reason\":\"stop\"}]}\n", "Hello.")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\ndata: {\"choices\":[{\"delta\":{\"content\":\"lo.\"}}]}\ndata: [DONE]\n", "Hello.")]
    [InlineData("event: message\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"Hello.\"}}]}\r\n\r\ndata: not json\r\n\r\ndata: [DONE]\r\n\r\n", "Hello.")]
    public async Task Run_BodiesOfEveryShape_GiveTheAnswer(string body, string answer) => Assert.Equal(answer, (await AskAsync(RecordedServer.Events(body))).Written.All);

    [Fact]
    public async Task Run_BytesOfACharacterInTwoPieces_AreJoined()
    {
        byte[] smile = [0xF0, 0x9F, 0x98, 0x80];
        byte[] body =
        [
            .. RecordedServer.Events("data: {\"choices\":[{\"delta\":{\"content\":\"a "), .. smile[..3], .. "\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\""u8, .. smile[3..],
            .. " b\"},\"finish_reason\":\"stop\"}]}\n\n"u8,
        ];
        Assert.Equal("a \ud83d\ude00 b", (await AskAsync(body)).Written.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_EndsWithoutAFinish_IsBrokenOff(bool cuts)
    {
        await using var server = new RecordedServer([RecordedServer.Events("data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n")], cuts);
        using var runtime = new OpenAiRuntime(server.Address, null, SkillRules.Default, TimeProvider.System);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => runtime.RunAsync(Task("m"), new Written(), TestContext.Current.CancellationToken));
        Assert.Equal((ReasonCode.BadOutput, "OpenAI-compatible server broke the answer off after 5 characters."), (failed.Reason, failed.Message));
    }

    [Fact]
    public async Task Run_CutBehindTheFinish_Counts()
    {
        await using var server = new RecordedServer([RecordedServer.Events("data: {\"choices\":[{\"delta\":{\"content\":\"Hello.\"},\"finish_reason\":\"stop\"}]}\n\n")], cuts: true);
        using var runtime = new OpenAiRuntime(server.Address, null, SkillRules.Default, TimeProvider.System);
        var written = new Written();
        await runtime.RunAsync(Task("m"), written, TestContext.Current.CancellationToken);
        Assert.Equal("Hello.", written.All);
    }

    [Fact]
    public async Task Run_EventWithoutEnd_IsGivenUp()
    {
        var failed = await FailsAsync(RecordedServer.Events("data: " + new string('x', ServerStream.MostEventBytes + 1)));
        Assert.Equal(ReasonCode.BadOutput, failed.Reason);
    }

    [Theory]
    [InlineData("""data: {"error":{"message":"Loading model","code":503}}""", ReasonCode.NotReady)]
    [InlineData("""data: {"error":{"message":"The model `x` does not exist","code":"model_not_found"}}""", ReasonCode.ModelMissing)]
    [InlineData("""data: {"error":{"message":"Incorrect API key provided","type":"authentication_error"}}""", ReasonCode.KeyRequired)]
    [InlineData("""data: {"choices":[{"delta":{"content":""},"finish_reason":"error","error":{"code":400,"message":"Provider says no"}}]}""", ReasonCode.BadInput)]
    [InlineData("""data: {"detail":"context length exceeded: maximum context 512"}""", ReasonCode.BadInput)]
    [InlineData("""data: {"error":{"message":"<b>CUDA</b> kernel failed","type":"server_error"}}""", ReasonCode.EngineError)]
    [InlineData("event: error\ndata: worker died", ReasonCode.EngineError)]
    [InlineData("event: error\ndata: CUDA out of memory", ReasonCode.OutOfMemory)]
    public async Task Run_ErrorBehindTheFirstWord_HasItsReason(string error, ReasonCode reason)
    {
        var failed = await FailsAsync(RecordedServer.Events("data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n" + error + "\n\n"));
        Assert.Equal(reason, failed.Reason);
    }

    /// <summary>Whatever a network does to the borders of what was sent.</summary>
    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Read_CutAtEveryByte_IsTheSame(string name)
    {
        var (thought, answer, _) = RecordedAnswers.Whole[name];
        var body = RecordedAnswers.Body(name);
        foreach (var sizes in Enumerable.Range(1, 5).Select(n => (n, n)).Concat(Enumerable.Range(1, body.Length - 1).Select(n => (n, body.Length))))
        {
            var written = new Written();
            var read = new ChatAnswer("server", "m", null, "", written);
            await foreach (var message in ServerMessages.ReadAsync(new DribbleStream(body, sizes.Item1, sizes.Item2), TestContext.Current.CancellationToken))
            {
                read.Take(message);
            }

            read.End();
            Assert.Equal((thought, answer), (written.Thought, written.All));
        }
    }

    private static TaskRequest Task(string model) => new()
    {
        ModelId = model,
        Kind = TaskKindValue.LlmGenerate,
        Generate = new Generate { Messages = { new Message { Role = "user", Content = "Say hello." } } },
    };

    private static async Task<(Written Written, TaskReceipt Receipt)> AskAsync(params byte[][] answers)
    {
        await using var server = new RecordedServer(answers);
        using var runtime = new OpenAiRuntime(server.Address, null, SkillRules.Default, TimeProvider.System);
        var written = new Written();
        return (written, await runtime.RunAsync(Task("m"), written, TestContext.Current.CancellationToken));
    }

    private static async Task<TaskFailedException> FailsAsync(byte[] answer, Written? written = null)
    {
        await using var server = new RecordedServer([answer]);
        using var runtime = new OpenAiRuntime(server.Address, null, SkillRules.Default, TimeProvider.System);
        return await Assert.ThrowsAsync<TaskFailedException>(() => runtime.RunAsync(Task("m"), written ?? new Written(), TestContext.Current.CancellationToken));
    }

    /// <summary>Gives so many bytes first, then so many at a time.</summary>
    private sealed class DribbleStream(byte[] bytes, int first, int next) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(buffer.Length, Position == 0 ? first : next)]));
    }
}
