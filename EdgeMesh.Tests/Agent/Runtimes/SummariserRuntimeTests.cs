using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes;

public sealed class SummariserRuntimeTests
{
    private readonly SummariserRuntime _runtime = new(TimeProvider.System);

    [Fact]
    public async Task Watch_AtStart_IsStartingAndThenReadyWithAMeasuredSpeed()
    {
        Assert.Equal(RuntimeState.Starting, _runtime.Info.State);
        Assert.NotEmpty(_runtime.Info.Reason!);
        Assert.Null(_runtime.Info.Models[0].CharsPerSecond);
        var changes = 0;
        await _runtime.WatchAsync(() => changes++, TestContext.Current.CancellationToken);
        Assert.Equal((RuntimeState.Ready, null, 1), (_runtime.Info.State, _runtime.Info.Reason, changes));
        Assert.InRange(_runtime.Info.Models[0].CharsPerSecond!.Value, 1_000, 1e9);
    }

    [Fact]
    public async Task Watch_Stopped_EndsWithoutAWord()
    {
        await _runtime.WatchAsync(() => Assert.Fail("Nothing changed."), new CancellationToken(canceled: true));
        Assert.Equal(RuntimeState.Starting, _runtime.Info.State);
    }

    [Theory]
    [InlineData(3, null, 3)]
    [InlineData(500, null, 74)]
    [InlineData(null, 0.1, 8)]
    [InlineData(null, 1.0, 74)]
    [InlineData(null, 0.0001, 1)]
    [InlineData(null, null, 5)]
    public async Task Run_Length_IsSentencesOrAShare(int? sentences, double? share, int expected)
    {
        var (text, receipt) = await RunAsync(Articles.TidalMill, sentences, share);
        Assert.Equal(expected, text.Split('\n').Length);
        Assert.Equal((Articles.TidalMill.Length, text.Length), (receipt.InputUnits, receipt.OutputUnits));
        Assert.Contains(expected == 74 ? "all were kept" : $"{expected} of 74", receipt.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneSentence_IsKept() => Assert.Equal("../../etc/passwd is just text", (await RunAsync("../../etc/passwd is just text", 5, null)).Text);

    [Theory]
    [InlineData("")]
    [InlineData("... !!! ---")]
    [InlineData(" \n ")]
    public async Task Run_NoSentence_IsBadInputInWords(string text)
    {
        var failure = await Assert.ThrowsAsync<TaskFailedException>(() => RunAsync(text, 5, null));
        Assert.Equal(ReasonCode.BadInput, failure.Reason);
        Assert.Contains("no sentences", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_Stops() =>
        await Assert.ThrowsAsync<OperationCanceledException>(() => _runtime.RunAsync(Request(TextRankTests.Long(50_000), 5, null), new Written(), new CancellationToken(canceled: true)));

    private static TaskRequest Request(string text, int? sentences, double? share)
    {
        var request = new TaskRequest { Kind = TaskKindValue.LlmGenerate, Text = text, Summarize = new Summarize() };
        if (sentences is { } number)
        {
            request.Summarize.Sentences = number;
        }

        if (share is { } part)
        {
            request.Summarize.Share = part;
        }

        return request;
    }

    private async Task<(string Text, TaskReceipt Receipt)> RunAsync(string text, int? sentences, double? share)
    {
        var output = new Written();
        var receipt = await _runtime.RunAsync(Request(text, sentences, share), output, TestContext.Current.CancellationToken);
        return (output.All, receipt);
    }
}
