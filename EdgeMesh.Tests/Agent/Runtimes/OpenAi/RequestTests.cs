using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes.OpenAi;

/// <summary>Requests as each server takes them, and limits that hold whatever it does.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private OpenAiTestServer _server = null!;
    private OpenAiRuntime _runtime = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await OpenAiTestServer.StartAsync();
        _server.IsEndless = true;
        _runtime = new OpenAiRuntime(_server.Address, null, SkillRules.Default, TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        _runtime.Dispose();
        return _server.DisposeAsync();
    }

    [Theory]
    [InlineData("max_tokens", "")]
    [InlineData("max_completion_tokens", "")]
    [InlineData("max_tokens", "max_completion_tokens")]
    [InlineData("max_completion_tokens", "max_tokens")]
    [InlineData("max_tokens", "max_completion_tokens,stream_options,seed")]
    public async Task Run_ServerKnowsOneLimit_Keeps10Tokens(string knows, string refuses)
    {
        _server.Limits = [knows];
        _server.Refuses = refuses.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var (written, receipt) = await AskAsync(10);
        Assert.Equal(10, Count(written.All));
        Assert.True(receipt.CutAtLimit);

        // What it refused was learned: the second time it is asked at once as it likes.
        var asked = _server.Requests.Count;
        Assert.Equal(10, Count((await AskAsync(10)).Written.All));
        Assert.Equal((1 + _server.Refuses.Count, 1), (asked, _server.Requests.Count - asked));
    }

    [Theory]
    [InlineData("""{"error":{"message":"Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.","type":"invalid_request_error"}}""", "max_completion_tokens", "max_tokens")]
    [InlineData("""{"error":{"message":"Use 'max_tokens' instead of 'max_completion_tokens', which is unknown."}}""", "max_tokens", "max_completion_tokens")]
    [InlineData("""{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted"}]}""", "max_tokens", "max_completion_tokens")]
    [InlineData("""{"error":"Bad Request"}""", "max_tokens", "max_completion_tokens")]
    [InlineData("""{"error":"Bad Request"}""", "max_completion_tokens", "max_tokens")]
    public async Task Run_RefusalInEveryWording_FindsTheForm(string json, string knows, string refuses)
    {
        (_server.RefusalJson, _server.Limits, _server.Refuses) = (json, [knows], [refuses]);
        Assert.Equal(10, Count((await AskAsync(10)).Written.All));
        Assert.False(_server.LastRequest!.Value.TryGetProperty(refuses, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    public async Task Run_ServerKnowsNoLimit_IsStoppedThereAndSaysSo(int most)
    {
        _server.Limits = [];
        var (written, receipt) = await AskAsync(most);
        Assert.Equal(most, Count(written.All));
        Assert.Contains($"did not keep the limit of {most} tokens, so it was stopped there", receipt.Note, StringComparison.Ordinal);
        Assert.True(receipt.CutAtLimit);

        // Nobody reads on, so the server's sending fails.
        var sent = -1;
        await Until.TrueAsync("the server to stop", () => sent == (sent = _server.Sent));
    }

    [Fact]
    public async Task Run_StreamOptionsRefused_StillStreams()
    {
        (_server.IsEndless, _server.Refuses) = (false, ["stream_options"]);
        var (written, receipt) = await AskAsync(null);
        Assert.Equal(OpenAiTestServer.Answer, written.All);
        Assert.False(receipt.HasOutputTokens);
    }

    [Fact]
    public async Task Run_TemperatureRefused_SaysThatItWasNotUsed()
    {
        (_server.IsEndless, _server.Refuses) = (false, ["temperature"]);
        Assert.Contains("takes no temperature", (await AskAsync(null)).Receipt.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("System role not supported")]
    [InlineData("Error rendering prompt with jinja template: \"System role not supported\".")]
    [InlineData("Only user and assistant roles are supported!")]
    [InlineData("Conversation roles must alternate user/assistant/user/assistant/...")]
    [InlineData("This model does not support system messages")]
    [InlineData("unexpected role: system")]
    public async Task Run_NoSystemRole_PutsItIntoTheFirstTurnOfTheUser(string refusal)
    {
        (_server.IsEndless, _server.SystemRefusal) = (false, refusal);
        Assert.Equal(OpenAiTestServer.Answer, (await AskAsync(null)).Written.All);
        var turn = Assert.Single(_server.LastRequest!.Value.GetProperty("messages").EnumerateArray());
        Assert.Equal(("user", "Be brief.\n\nWhat are tides?"), (turn.GetProperty("role").GetString(), turn.GetProperty("content").GetString()));

        var asked = _server.Requests.Count;
        await AskAsync(null);
        Assert.Equal(asked + 1, _server.Requests.Count);
    }

    [Theory]
    [InlineData("'max_tokens' is too large: 4000. This model's maximum context length is 2048 tokens and your request has 100 input tokens.")]
    [InlineData("This model's maximum context length is 2048 tokens. However, you requested 3000 tokens.")]
    public async Task Run_TooLong_IsTheInputsFaultAndNotTheForms(string words)
    {
        (_server.RefusalJson, _server.Refuses) = ($$$"""{"error":{"message":"{{{words}}}"}}""", ["model"]);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => AskAsync(4000));
        Assert.Equal((ReasonCode.BadInput, 1), (failed.Reason, _server.Requests.Count));
    }

    [Fact]
    public async Task Run_RefusedWhateverTheForm_SaysWhatItSaidFirst()
    {
        (_server.RefusalJson, _server.Refuses) = ("""{"error":"Bad Request"}""", ["model"]);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => AskAsync(10));
        Assert.Equal((ReasonCode.BadInput, "OpenAI-compatible server refused the input: Bad Request."), (failed.Reason, failed.Message));
        Assert.InRange(_server.Requests.Count, 2, 4);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab ")]
    [InlineData("      ")]
    [InlineData("gesellschaft ")]
    [InlineData("\u6f6e\u6c50\u8ddf\u968f\u6708\u4eae ")]
    public void Limit_OneTokenAPiece_NeverCutsAServerThatKeepsIt(string token)
    {
        var limit = new TokenLimit(20);
        Assert.Equal(string.Concat(Enumerable.Repeat(token, 20)).Length, Enumerable.Range(0, 20).Sum(_ => limit.Take(token, "").Text.Length));
        Assert.False(limit.IsPassed);
    }

    [Fact]
    public void Limit_PiecesOfALetterEach_AreNoTokens()
    {
        var limit = new TokenLimit(20);
        var kept = string.Concat(Enumerable.Repeat("moderate ", 20).SelectMany(w => w).Select(c => limit.Take(c.ToString(), "").Text));
        Assert.Equal((180, false), (kept.Length, limit.IsPassed));
    }

    [Fact]
    public void Limit_EverythingInOnePiece_IsCut()
    {
        var limit = new TokenLimit(10);
        Assert.InRange(limit.Take(string.Concat(Enumerable.Repeat("moderate ", 1_000)), "").Text.Length, 100, 300);
        Assert.True(limit.IsPassed);
        Assert.Equal("", limit.Take("more", "").Text);
    }

    private static int Count(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task<(Written Written, TaskReceipt Receipt)> AskAsync(int? most)
    {
        var task = new TaskRequest
        {
            ModelId = _server.Model,
            Kind = TaskKindValue.LlmGenerate,
            Generate = new Generate { Seed = 7, Temperature = 0.5, Messages = { new Message { Role = "system", Content = "Be brief." }, new Message { Role = "user", Content = "What are tides?" } } },
        };
        if (most is { } limit)
        {
            task.Generate.MaxTokens = limit;
        }

        var written = new Written();
        return (written, await _runtime.RunAsync(task, written, TestContext.Current.CancellationToken));
    }
}
