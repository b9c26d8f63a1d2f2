using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>Orders that come with the beginning of the answer.</summary>
public sealed class GoingOnTests : ExecutorTest
{
    private const string Begun = "Once upon a time there stood a mill";

    [Theory]
    [InlineData("fail", "CannotContinue")] // refused before its first word: it may take the same without it
    [InlineData("answers one", "EngineError")] // it had gone on
    [InlineData("thinks", "CannotContinue")]
    [InlineData("unmarked", "CannotContinue")]
    [InlineData("throw", "Internal")]
    public async Task Order_ThatEndsBadly_SaysWhetherTheTextWasToBlame(string task, string reason)
    {
        var run = await EndAsync(task, continues: true);
        Assert.Equal(reason, Updates(run)[^1].Failure?.Reason);
        Assert.Equal("", run.Request.SoFar);
    }

    [Fact]
    public async Task Order_AnswerThatWasWhole_SucceedsWithoutAnotherWord() => Assert.NotNull(Updates(await EndAsync("mute", continues: true))[^1].Receipt);

    [Fact]
    public async Task Order_ModelThatCannot_IsNotRun()
    {
        var run = await EndAsync("large", continues: false);
        Assert.Equal("CannotContinue", Updates(run)[^1].Failure.Reason);
        Assert.Equal(0, Held.Runs);
    }

    private async Task<TaskRun> EndAsync(string task, bool continues)
    {
        Held.Info = Held.Info with { Models = [new ModelInfo("model", [Skill.Chat]) { Continues = continues }] };
        var request = Request(task);
        request.SoFar = Begun;
        var run = New().Start(request).Run!;
        await run.Ended.WaitAsync(TestContext.Current.CancellationToken);
        return run;
    }
}
