using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Core.Events;

public sealed class JobOutcomeTests
{
    [Fact]
    public void Decide_EveryTaskSucceeded_IsSuccess() => Assert.Equal((JobState.Succeeded, null), JobOutcome.Decide(View([Done(1, "a"), Done(2, "b")])));

    [Fact]
    public void Decide_SomeFailed_IsPartlyAndNamesTheDeviceAndCause()
    {
        var (state, error) = JobOutcome.Decide(View([Done(1, "a"), Failed(2, ReasonCode.OutOfMemory)]));
        Assert.Equal(JobState.PartiallySucceeded, state);
        Assert.Equal("Board did not finish “Echo 2”.", error!.Title);
        Assert.Equal(("The cause.", "outofmemory", ReasonCodes.For(ReasonCode.OutOfMemory).Remedy), (error.Detail, error.Code, error.Remedy));
    }

    [Fact]
    public void Decide_NothingRan_IsFailedInWords()
    {
        var (state, error) = JobOutcome.Decide(View([Waiting(1)]));
        Assert.Equal((JobState.Failed, "A task did not run."), (state, error!.Title));
    }

    [Fact]
    public void Decide_ReduceStepMissing_IsFailedThoughPartsAreThere() =>
        Assert.Equal(JobState.Failed, JobOutcome.Decide(View([Done(1, "part"), Failed(2, ReasonCode.Lost, stage: 1)])).State);

    [Fact]
    public void Decide_Cancelled_SaysHowFarItWas()
    {
        var (state, error) = JobOutcome.Decide(View([Done(1, "a"), Failed(2, ReasonCode.Cancelled)]) with { CancelRequested = true });
        Assert.Equal((JobState.Cancelled, "1 of 2 tasks had finished."), (state, error!.Detail));
    }

    [Fact]
    public void Result_OneTask_IsItsTextAlone() => Assert.Equal("a", JobOutcome.Result(View([Done(1, "a")]))!.Text);

    [Fact]
    public void Result_ManyTasks_HasAHeadingEach() =>
        Assert.Equal("### Echo 1 · Board\n\na\n\n### Echo 2 · Board\n\nb", JobOutcome.Result(View([Done(1, "a"), Done(2, "b")]))!.Text);

    [Fact]
    public void Result_LaterStageDone_IsThatOne() => Assert.Equal("whole", JobOutcome.Result(View([Done(1, "part"), Done(2, "whole", stage: 1)]))!.Text);

    [Fact]
    public void Result_NothingDone_IsNone() => Assert.Null(JobOutcome.Result(View([Failed(1, ReasonCode.Lost)])));

    [Fact]
    public void Result_BrokenOff_IsWhatWasWritten()
    {
        var broken = Failed(1, ReasonCode.Cancelled);
        broken = broken with { Attempts = [broken.Attempts[0] with { Output = new AttemptOutput(["half ", "an ans"], 11, []) }] };
        Assert.Equal(("half an ans", true), (JobOutcome.Result(View([broken]))!.Text, JobOutcome.Result(View([broken]))!.IsPartial));
        Assert.Equal("### Echo 1 · Board, broken off\n\nhalf an ans\n\n### Echo 2 · Board\n\nb", JobOutcome.Result(View([broken, Done(2, "b")]))!.Text);
        Assert.False(JobOutcome.Result(View([Done(1, "a")]))!.IsPartial);
    }

    [Fact]
    public void Result_LastPartReachedItsLimit_IsCutAndSucceeded()
    {
        var cut = Done(1, "a");
        cut = cut with { Attempts = [cut.Attempts[0] with { Receipt = Samples.Receipt(Samples.Device()) with { CutAtLimit = true } }] };
        Assert.True(JobOutcome.Result(View([cut]))!.IsCut);
        Assert.Equal(JobState.Succeeded, JobOutcome.Decide(View([cut])).State);
        Assert.True(JobOutcome.Result(View([cut, Done(2, "b")]))!.IsCut);
        Assert.False(JobOutcome.Result(View([cut, Done(2, "whole", stage: 1)]))!.IsCut);
        Assert.False(JobOutcome.Result(View([Done(1, "a")]))!.IsCut);
    }

    [Fact]
    public void Result_RetryWroteNothing_KeepsWhatTheFirstTryWrote()
    {
        var twice = Failed(1, ReasonCode.Lost);
        twice = twice with { Attempts = [twice.Attempts[0] with { Output = new AttemptOutput(["first"], 5, []) }, twice.Attempts[0] with { Number = 2 }] };
        Assert.Equal(("first", true), (JobOutcome.Result(View([twice]))!.Text, JobOutcome.Result(View([twice]))!.IsPartial));
    }

    [Fact]
    public void Result_LastStageBrokeOff_KeepsTheStageBeforeAndTheBeginning()
    {
        var combine = Failed(2, ReasonCode.Cancelled, stage: 1);
        combine = combine with { Attempts = [combine.Attempts[0] with { Output = new AttemptOutput(["who"], 3, []) }] };
        Assert.Equal("### Echo 1 · Board\n\npart\n\n### Echo 2 · Board, broken off\n\nwho", JobOutcome.Result(View([Done(1, "part"), combine]))!.Text);
    }

    [Fact]
    public void Decide_FailedOnTwoDevices_HasBothCausesAndBothRemedies()
    {
        var twice = Failed(1, ReasonCode.OutOfMemory);
        var first = twice.Attempts[0] with { Cause = "Board: out of memory" };
        twice = twice with { Attempts = [first, first with { Number = 2, DeviceName = "Tablet", Reason = ReasonCode.Timeout, Cause = "Tablet: no answer." }] };
        var error = JobOutcome.Decide(View([twice])).Error!;
        Assert.Equal(("Board and Tablet did not finish “Echo 1”.", "Board: out of memory. Tablet: no answer.", "timeout"), (error.Title, error.Detail, error.Code));
        Assert.Equal($"{ReasonCodes.For(ReasonCode.OutOfMemory).Remedy} {ReasonCodes.For(ReasonCode.Timeout).Remedy}", error.Remedy);
    }

    [Fact]
    public void Progress_StageOpens_WhenTheOneBeforeHasSucceeded()
    {
        Assert.Equal([1], JobProgress.Ready(View([Waiting(1), Waiting(2, stage: 1)])).Select(t => t.Id.Number));
        Assert.Equal([2], JobProgress.Ready(View([Done(1, "a"), Waiting(2, stage: 1)])).Select(t => t.Id.Number));
        Assert.Empty(JobProgress.Ready(View([Failed(1, ReasonCode.Lost), Waiting(2, stage: 1)])));
        Assert.True(JobProgress.IsOver(View([Failed(1, ReasonCode.Lost), Waiting(2, stage: 1)])));
        Assert.False(JobProgress.IsOver(View([Waiting(1)])));
    }

    [Fact]
    public void InputText_ReduceTask_JoinsTheOutputs()
    {
        var view = View([Done(1, "one"), Done(2, "two"), Waiting(3, stage: 1)]);
        var task = view.Tasks[2].Planned with { Input = new TaskInput(0, null, [new TaskId(1), new TaskId(2)]) };
        Assert.Equal("one\n\ntwo", JobProgress.InputText(view, task));
        Assert.Equal("ome t", JobProgress.InputText(view, task with { Input = new TaskInput(1, 5, []) }));
        Assert.Equal("Some text.", JobProgress.InputText(view, task with { Input = TaskInput.WholeText }));
    }

    [Fact]
    public void Note_RetriedTask_SaysWhy()
    {
        var task = Done(1, "a");
        var first = Failed(1, ReasonCode.Lost).Attempts[0];
        Assert.Equal("1 retry: the device was lost", JobProgress.Note(View([task with { Attempts = [first, .. task.Attempts] }])));
        Assert.Null(JobProgress.Note(View([task])));
    }

    private static JobView View(ImmutableArray<TaskView> tasks) => new(
        JobId.New(Any.Now), 5, Any.Request(JobKind.Echo) with { Text = "Some text." }, "Title", null, JobState.Running, Any.Now, null,
        new Plan([.. tasks.Select(t => t.Planned)], [], "One device"), [], null, tasks, null, null, false);

    private static TaskView Waiting(int number, int stage = 0) =>
        new(new PlannedTask(new TaskId(number), stage, TaskKind.Echo, $"Echo {number}", null, TaskInput.WholeText, new EchoOptions(), null), TaskState.Waiting, []);

    private static TaskView Done(int number, string text, int stage = 0) => Waiting(number, stage) with
    {
        State = TaskState.Succeeded,
        Attempts = [Attempt(AttemptState.Succeeded) with { Output = new AttemptOutput([text], text.Length, []) }],
    };

    private static TaskView Failed(int number, ReasonCode reason, int stage = 0) => Waiting(number, stage) with
    {
        State = TaskState.Failed,
        Attempts = [Attempt(AttemptState.Failed) with { Reason = reason, Cause = "The cause." }],
    };

    private static AttemptView Attempt(AttemptState state) => new(
        1, Any.Id(0), "Board", "system", "echo", state, new Estimate(1, 2, null, EstimateOrigin.Prior, 0), "why", Any.Now, null, null, AttemptOutput.Empty, null, null, null, null);
}
