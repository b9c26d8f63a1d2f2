using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>Which attempts are taken, in which order, and what ends them from outside.</summary>
public sealed class TaskExecutorTests : ExecutorTest
{
    [Fact]
    public async Task Start_MoreThanSlots_WaitsThenRuns()
    {
        var executor = New(slots: 1, queue: 5);
        var first = Start(executor, "t1");
        await Until.TrueAsync("the first to run", () => executor.Running == 1);
        var second = Start(executor, "t2");
        await Until.TrueAsync("the second to wait", () => executor.Waiting == 1);
        Assert.DoesNotContain(Updates(second), u => u.Accepted?.Started == true);
        Held.Finish("t1");
        await first.Ended;
        Held.Finish("t2");
        await second.Ended;
        Assert.Equal("done t2", Text(second));
        Assert.Equal((0, 0), (executor.Running, executor.Waiting));
    }

    [Fact]
    public void Start_QueueFull_IsBusyAlsoInABurst()
    {
        var executor = New(slots: 1, queue: 2);
        var answers = Enumerable.Range(1, 10).Select(n => executor.Start(Request($"t{n}"))).ToList();
        Assert.Equal(3, answers.Count(a => a.Run is not null));
        Assert.All(answers.Where(a => a.Run is null), a => Assert.Equal(nameof(ReasonCode.Busy), a.Refused!.Reason));
        Assert.NotNull(executor.Start(Request("t11", kind: TaskKindValue.Echo)).Run);
    }

    [Fact]
    public async Task Start_OneRuntimeFull_HoldsNoOtherUp()
    {
        var executor = New(slots: 1, queue: 1);
        Start(executor, "t1");
        Start(executor, "t2");
        Assert.Equal((nameof(ReasonCode.Busy), "1 tasks wait for Held on this device already."), (executor.Start(Request("t3")).Refused!.Reason, executor.Start(Request("t3")).Refused!.Cause));
        var elsewhere = Request("t4");
        elsewhere.RuntimeId = "other";
        var run = executor.Start(elsewhere).Run!;
        Other.Finish("t4");
        await run.Ended;
        Assert.Equal("done t4", Text(run));
        Assert.Equal(1, executor.Waiting);
    }

    [Fact]
    public async Task Start_RuntimeWithSlotsOfItsOwn_WorksOnSoManyAtOnce()
    {
        Held.Info = Held.Info with { Slots = 3 };
        var executor = New(slots: 1);
        List<TaskRun> runs = [.. Enumerable.Range(1, 4).Select(n => Start(executor, $"t{n}"))];
        await Until.TrueAsync("three to run", () => Held.Runs == 3);
        Assert.Equal((3, 1), (executor.Running, executor.Waiting));
        Held.Finish("t2");
        await Until.TrueAsync("the fourth to run", () => Held.Runs == 4);
        Assert.Equal(1, Updates(runs[3])[0].Accepted.QueuePosition);
    }

    [Fact]
    public void Start_RequestsLargerThanTheQueuesMemory_AreBusy()
    {
        var executor = new TaskExecutor(Catalog, new TaskLimits { QueueBytes = 1_000 }, Clock, Agent);
        var large = Request("t1");
        large.Text = new string('x', 2_000);
        Assert.NotNull(executor.Start(large).Run);
        Assert.Equal(nameof(ReasonCode.Busy), executor.Start(Request("t2")).Refused!.Reason);
    }

    [Fact]
    public async Task Start_AfterSomeEnded_TakesNewOnesAgain()
    {
        var executor = New(slots: 1, queue: 0);
        for (var n = 1; n <= 5; n++)
        {
            Held.Finish($"t{n}");
            await Start(executor, $"t{n}").Ended;
        }
    }

    [Theory]
    [InlineData("mute", ReasonCode.BadOutput, "model gave an empty answer.", "")]
    [InlineData("thinks", ReasonCode.OnlyThought, "model only thought and gave no answer.", "hmm so.")]
    [InlineData("unmarked", ReasonCode.OnlyThought, "model only thought and gave no answer.", "")]
    public async Task Run_WithoutAnAnswer_HasItsReasonAndKeepsTheReasoning(string task, ReasonCode reason, string cause, string reasoning)
    {
        var run = Start(New(), task);
        await run.Ended;
        var failure = Updates(run)[^1].Failure;
        Assert.Equal((reason.ToString(), cause), (failure.Reason, failure.Cause));
        Assert.Equal(reasoning, string.Concat(Updates(run).Select(u => u.Reasoning)));
    }

    [Fact]
    public void Start_UnknownRuntime_IsUnsupported()
    {
        var request = Request("t1");
        request.RuntimeId = "nothing";
        Assert.Equal(nameof(ReasonCode.Unsupported), New().Start(request).Refused!.Reason);
    }

    [Fact]
    public async Task Start_OlderAttempt_IsRefusedAndANewerStopsTheOlder()
    {
        var executor = New(slots: 1, queue: 5);
        var old = Start(executor, "t1", 2);
        Assert.Equal(nameof(ReasonCode.Refused), executor.Start(Request("t1", 1)).Refused!.Reason);
        var newer = Start(executor, "t1", 3);
        await old.Ended;
        Assert.Equal(nameof(ReasonCode.Cancelled), Updates(old)[^1].Failure.Reason);
        Held.Finish("t1");
        await newer.Ended;
        Assert.Equal("done t1", Text(newer));
    }

    [Fact]
    public async Task Start_SameAttemptAgain_GetsEverythingFromTheStart()
    {
        var executor = New();
        var first = Start(executor, "t1");
        await Until.TrueAsync("some text", () => Text(first).Length > 0);
        Assert.Same(first, Start(executor, "t1"));
        Held.Finish("t1");
        await first.Ended;
        Assert.Equal("done t1", Text(Start(executor, "t1")));
        Assert.Equal(1, Held.Runs);
    }

    [Fact]
    public async Task Cancel_Running_AnswersWhenItHasStopped()
    {
        var executor = New(slots: 1, queue: 5);
        var run = Start(executor, "t1");
        await Until.TrueAsync("it to run", () => executor.Running == 1);
        Assert.True(await executor.CancelAsync(Cancel("t1", 1), TestContext.Current.CancellationToken));
        Assert.True(run.IsOver);
        Assert.Equal((nameof(ReasonCode.Cancelled), "It was cancelled."), (Updates(run)[^1].Failure.Reason, Updates(run)[^1].Failure.Cause));
        Assert.True(await executor.CancelAsync(Cancel("t1", 1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancel_UnknownOrOtherAttempt_IsFalseAndStopsNothing()
    {
        var executor = New();
        var run = Start(executor, "t1", 2);
        Assert.False(await executor.CancelAsync(Cancel("t1", 1), TestContext.Current.CancellationToken));
        Assert.False(await executor.CancelAsync(Cancel("t9", 1), TestContext.Current.CancellationToken));
        Assert.False(await executor.CancelAsync(new CancelRequest(), TestContext.Current.CancellationToken));
        Held.Finish("t1");
        await run.Ended;
        Assert.NotNull(Updates(run)[^1].Receipt);
    }

    [Fact]
    public async Task Cancel_Waiting_GivesItsPlaceToOthers()
    {
        var executor = New(slots: 1, queue: 1);
        Start(executor, "t1");
        await Until.TrueAsync("the first to run", () => executor.Running == 1);
        Start(executor, "t2");
        Assert.NotNull(executor.Start(Request("t3")).Refused);
        Assert.True(await executor.CancelAsync(Cancel("t2", 1), TestContext.Current.CancellationToken));
        Assert.NotNull(executor.Start(Request("t3")).Run);
    }

    [Fact]
    public async Task Kept_ManyOrLargeResults_AreForgottenOldestFirst()
    {
        var executor = new TaskExecutor(Catalog, new TaskLimits { KeptResults = 8, KeptSize = 100_000 }, Clock, Agent);
        for (var n = 1; n <= 30; n++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            await Start(executor, $"echo{n}", kind: TaskKindValue.Echo).Ended;
        }

        await Until.TrueAsync("the oldest to be forgotten", async () => !await executor.CancelAsync(Cancel("echo1", 1), TestContext.Current.CancellationToken));
        Assert.True(await executor.CancelAsync(Cancel("echo30", 1), TestContext.Current.CancellationToken));

        Clock.Advance(TimeSpan.FromMilliseconds(1));
        var large = Start(executor, "large", kind: TaskKindValue.Echo);
        await large.Ended;
        Assert.Equal("", large.Request.Text);
        Assert.Same(large, Start(executor, "large", kind: TaskKindValue.Echo));
        await Until.TrueAsync("the others to make room", async () => !await executor.CancelAsync(Cancel("echo30", 1), TestContext.Current.CancellationToken));
    }
}
