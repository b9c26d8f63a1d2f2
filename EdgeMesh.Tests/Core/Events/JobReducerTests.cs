using System.Text.Json;
using CsCheck;
using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Events;

/// <summary>What holds for every history, also for one that cannot be: any order, repeated, late.</summary>
public sealed class JobReducerTests
{
    private static readonly JobId Job = JobId.New(Any.Now);

    private static readonly Gen<JobEvent> Event =
        from task in Gen.Int[1, 4].Select(n => new TaskId(n))
        from number in Gen.Int[1, 3]
        from kind in Gen.Int[0, 12]
        from offset in Gen.OneOf(0, 4, 8)
        from reason in Gen.OneOf(Enum.GetValues<ReasonCode>())
        from taskState in Gen.OneOf(Enum.GetValues<TaskState>())
        from jobState in Gen.OneOf(Enum.GetValues<JobState>())
        select (JobEvent)(kind switch
        {
            0 => Submitted(),
            1 => Planned(),
            2 => Placed(task.Number, number),
            3 => new AttemptStarted(Any.Now, task, number),
            4 => new OutputAppended(Any.Now, task, number, offset, "text", null),
            5 => Succeeded(task.Number, number),
            6 => new AttemptFailed(Any.Now, task, number, 5, reason, "It broke.", Any.Id(0)),
            7 => new TaskEnded(Any.Now, task, taskState),
            8 => new CancelRequested(Any.Now, "a test"),
            9 => new ReasoningAppended(Any.Now, task, number, offset, "hmm "),
            10 => new OutputWasReasoning(Any.Now, task, number, offset),
            11 => Hedged(task.Number, number),
            _ => new JobEnded(Any.Now, jobState, jobState == JobState.Succeeded ? null : new JobError("Title", "Detail", "code", "Remedy")),
        });

    private static readonly Gen<JobEvent[]> History = Event.Array[0, 60].Select(events => (JobEvent[])[Submitted(), Planned(), .. events]);

    [Fact]
    public void Apply_AnyHistory_GrowsTheVersionByOneEachAndNeverLeavesAnEnd() => History.Sample(history =>
    {
        JobView? view = null;
        foreach (var change in history)
        {
            var next = JobReducer.Apply(view, change)!;
            Assert.Equal((view?.Version ?? 0) + 1, next.Version);
            if (view is { IsFinished: true })
            {
                Assert.Equal(view with { Version = next.Version }, next);
            }

            for (var i = 0; view is not null && i < view.Tasks.Length; i++)
            {
                Assert.True(view.Tasks[i].State <= TaskState.Running || view.Tasks[i].State == next.Tasks[i].State);
            }

            view = next;
        }
    });

    [Fact]
    public void Apply_AnyHistory_NeverSucceedsUnlessEveryTaskDid() => History.Sample(history =>
    {
        var view = JobReducer.Fold(history)!;
        var done = view.Tasks.Count(t => t.State == TaskState.Succeeded);
        Assert.All(view.Tasks.Where(t => t.State == TaskState.Succeeded), t => Assert.Equal(AttemptState.Succeeded, t.Current!.State));
        Assert.True(view.State != JobState.Succeeded || (done == view.Tasks.Length && done > 0));
        Assert.True(view.State != JobState.PartiallySucceeded || done > 0);
        Assert.Equal(view.IsFinished && view.State != JobState.Succeeded, view.Error is not null);
        Assert.Equal(view.IsFinished, view.FinishedAt is not null);
        if (view.IsFinished)
        {
            Assert.All(view.Tasks, t => Assert.True(t.State > TaskState.Running));
            Assert.DoesNotContain(view.Tasks.SelectMany(t => t.Attempts), a => a.State is AttemptState.Placed or AttemptState.Running);
        }
    });

    [Fact]
    public void Apply_AnyHistory_NumbersOfAttemptsGrowAndOneIsOpenOrTwoWithAHedge() => History.Sample(history =>
    {
        foreach (var task in JobReducer.Fold(history)!.Tasks)
        {
            Assert.Equal(task.Attempts.Select(a => a.Number).Distinct().Order(), task.Attempts.Select(a => a.Number));
            Assert.InRange(task.Attempts.Count(a => a.IsHedge), 0, 1);
            Assert.InRange(task.Open.Count(), 0, task.Hedge is { IsOpen: true } ? 2 : 1);
            Assert.InRange(task.Attempts.Count(a => a.State == AttemptState.Succeeded), 0, 1);
            Assert.True(task.Current is { IsOpen: true } or { State: AttemptState.Succeeded } || !task.Open.Any(), "the one that runs leads");
            Assert.True(task.Current?.State == AttemptState.Succeeded || task.Attempts.All(a => a.State != AttemptState.Succeeded), "the one that succeeded leads");
        }
    });

    [Fact]
    public void Fold_InTwoParts_IsTheSameAsInOne() => Gen.Select(History, Gen.Int[0, 62]).Sample((history, at) =>
    {
        var first = JobReducer.Fold(history.Take(at));
        var rest = history.Skip(at).Aggregate(first, JobReducer.Apply);
        Assert.Equal(Words(JobReducer.Fold(history)), Words(rest));
    });

    [Fact]
    public void Fold_EventsStoredAndRead_IsTheSame() => History.Sample(history =>
    {
        var json = JsonSerializer.Serialize(history.ToImmutableArray(), CoreJson.Options);
        Assert.Equal(Words(JobReducer.Fold(history)), Words(JobReducer.Fold(JsonSerializer.Deserialize<ImmutableArray<JobEvent>>(json, CoreJson.Options))));
    });

    [Fact]
    public void Apply_EverythingTwice_GivesTheSameJob() => History.Sample(history =>
        Assert.Equal(
            Words(JobReducer.Fold(history)! with { Version = 0 }),
            Words(JobReducer.Fold(history.SelectMany(e => new[] { e, e }).Where((e, i) => i % 2 == 0 || e is not OutputAppended { Offset: 0 }))! with { Version = 0 })));

    [Fact]
    public void Apply_BeforeSubmission_IsNothing() => Event.Where(e => e is not JobSubmitted).Sample(e => Assert.Null(JobReducer.Apply(null, e)));

    [Fact]
    public void Apply_WholeJob_GoesThroughTheStates()
    {
        List<JobState> states = [];
        var view = (JobView?)null;
        foreach (var change in new JobEvent[] { Submitted(), Planned(1), Placed(1, 1), new AttemptStarted(Any.Now, new TaskId(1), 1), Output(1, 1, 0, "Hello "), Output(1, 1, 6, "world."), Succeeded(1, 1), new TaskEnded(Any.Now, new TaskId(1), TaskState.Succeeded), new JobEnded(Any.Now.AddSeconds(2), JobState.Succeeded, null) })
        {
            view = JobReducer.Apply(view, change);
            states.Add(view!.State);
        }

        Assert.Equal([JobState.Queued, JobState.Queued, JobState.Queued, .. Enumerable.Repeat(JobState.Running, 5), JobState.Succeeded], states);
        Assert.Equal("Hello world.", view!.Result!.Text);
        Assert.Equal(2_000, view.ActualMs);
    }

    [Fact]
    public void Apply_PlacedAndNotBegun_Waits_AlsoAfterAFailure()
    {
        var failed = new AttemptFailed(Any.Now, new TaskId(1), 1, 5, ReasonCode.Busy, "Busy.", Any.Id(0));
        JobEvent[] events = [Submitted(), Planned(1), Placed(1, 1), new AttemptStarted(Any.Now, new TaskId(1), 1), failed, Placed(1, 2), new AttemptStarted(Any.Now, new TaskId(1), 2)];
        Assert.Equal(
            [JobState.Queued, JobState.Queued, JobState.Queued, JobState.Running, JobState.Running, JobState.Queued, JobState.Running],
            Enumerable.Range(1, events.Length).Select(n => JobReducer.Fold(events.Take(n))!.State));
    }

    [Fact]
    public void Apply_LateReportOfAnOlderAttempt_ChangesNothing()
    {
        var view = JobReducer.Fold([Submitted(), Planned(1), Placed(1, 1), Placed(1, 2), Output(1, 1, 0, "old"), Succeeded(1, 1)])!;
        Assert.Equal([AttemptState.Superseded, AttemptState.Placed], view.Tasks[0].Attempts.Select(a => a.State));
        Assert.All(view.Tasks[0].Attempts, a => Assert.Equal("", a.Output.Text));
    }

    [Fact]
    public void Apply_OutputTwice_IsThereOnce()
    {
        var artifact = new ArtifactRef("a.png", "image/png", 3, "00");
        var made = new OutputAppended(Any.Now, new TaskId(1), 1, 4, null, artifact);
        var view = JobReducer.Fold([Submitted(), Planned(1), Placed(1, 1), Output(1, 1, 0, "once"), Output(1, 1, 0, "once"), made, made])!;
        Assert.Equal("once", view.Tasks[0].Current!.Output.Text);
        Assert.Equal(4, view.Tasks[0].Current!.Output.Length);
        Assert.Equal([artifact], view.Tasks[0].Current!.Output.Artifacts);
    }

    [Fact]
    public void Apply_ReasoningBesideText_StaysApart()
    {
        var view = JobReducer.Fold([Submitted(), Planned(1), Placed(1, 1), Thought(0, "hmm "), Thought(0, "hmm "), Output(1, 1, 0, "Hello."), Thought(4, "so."), Succeeded(1, 1), new TaskEnded(Any.Now, new TaskId(1), TaskState.Succeeded), new JobEnded(Any.Now, JobState.Succeeded, null)])!;
        Assert.Equal(("hmm so.", "Hello."), (view.Tasks[0].Current!.Output.Reasoning.Text, view.Result!.Text));
    }

    [Fact]
    public void Apply_TextThatWasReasoning_MovesOnceAndOffsetsGoOn()
    {
        var moved = new OutputWasReasoning(Any.Now, new TaskId(1), 1, 8);
        var view = JobReducer.Fold([Submitted(), Planned(1), Placed(1, 1), Output(1, 1, 0, "hmm "), Output(1, 1, 4, "well"), moved, moved, Output(1, 1, 4, "well"), Thought(8, "!"), Output(1, 1, 8, "Hello.")])!;
        var output = view.Tasks[0].Current!.Output;
        Assert.Equal(("hmm well!", "Hello.", 14, 6), (output.Reasoning.Text, output.Text, output.Position, output.Length));
    }

    [Fact]
    public void Apply_EndlessReasoning_IsCountedAndKeptInPart()
    {
        var piece = new string('x', 100_000);
        var view = JobReducer.Fold([Submitted(), Planned(1), Placed(1, 1), .. Enumerable.Range(0, 5).Select(i => Thought(i * piece.Length, piece))])!;
        var reasoning = view.Tasks[0].Current!.Output.Reasoning;
        Assert.Equal((500_000, ReasoningText.MaxChars, ReasoningText.MaxChars), (reasoning.Length, reasoning.Kept, reasoning.Text.Length));
    }

    [Fact]
    public void Apply_SecondDeviceAsked_TheFirstLeadsUntilTheOtherSucceeds()
    {
        List<JobEvent> events = [Submitted(), Planned(1), Placed(1, 1), new AttemptStarted(Any.Now, new TaskId(1), 1), Output(1, 1, 0, "slow"), Hedged(1, 2), new AttemptStarted(Any.Now, new TaskId(1), 2), Output(1, 2, 0, "fast")];
        var both = JobReducer.Fold(events)!.Tasks[0];
        Assert.Equal(("slow", 2, TaskState.Running), (both.Current!.Output.Text, both.Open.Count(), both.State));

        var done = JobReducer.Fold([.. events, Succeeded(1, 2), Output(1, 1, 4, "er"), Succeeded(1, 1), new TaskEnded(Any.Now, new TaskId(1), TaskState.Succeeded), new JobEnded(Any.Now, JobState.Succeeded, null)])!;
        Assert.Equal("fast", done.Result!.Text);
        Assert.Equal([AttemptState.Superseded, AttemptState.Succeeded], done.Tasks[0].Attempts.Select(a => a.State));

        var kept = JobReducer.Fold([.. events, Succeeded(1, 1), Succeeded(1, 2)])!.Tasks[0];
        Assert.Equal(("slow", AttemptState.Superseded), (kept.Current!.Output.Text, kept.Attempts[1].State));
    }

    [Fact]
    public void Apply_OneOfTwoFails_TheOtherLeads_AndTheLastToFailLeadsWhenBothHave()
    {
        List<JobEvent> events = [Submitted(), Planned(1), Placed(1, 1), new AttemptStarted(Any.Now, new TaskId(1), 1), Hedged(1, 2)];
        Assert.Equal(2, JobReducer.Fold([.. events, Failed(1)])!.Tasks[0].Current!.Number);
        Assert.Equal(1, JobReducer.Fold([.. events, Failed(2)])!.Tasks[0].Current!.Number);
        Assert.Equal(2, JobReducer.Fold([.. events, Failed(1), Failed(2)])!.Tasks[0].Current!.Number);
        Assert.Equal(1, JobReducer.Fold([.. events, Failed(2), Failed(1)])!.Tasks[0].Current!.Number);
        Assert.Equal(3, JobReducer.Fold([.. events, Failed(2), Failed(1), Placed(1, 3)])!.Tasks[0].Current!.Number);

        static AttemptFailed Failed(int number) => new(Any.Now, new TaskId(1), number, 5, ReasonCode.RuntimeDown, "It broke.", Any.Id(0));
    }

    [Fact]
    public void Apply_SecondPlan_DoesNotUndoTheFirst()
    {
        var view = JobReducer.Fold([Submitted(), Planned(1), Placed(1, 1), Planned(4)])!;
        Assert.Single(view.Tasks);
        Assert.NotNull(view.Tasks[0].Current);
    }

    [Fact]
    public void Apply_SuccessClaimedWithAFailedTask_IsPartly()
    {
        var view = JobReducer.Fold([Submitted(), Planned(2), Placed(1, 1), Succeeded(1, 1), new TaskEnded(Any.Now, new TaskId(1), TaskState.Succeeded), new TaskEnded(Any.Now, new TaskId(2), TaskState.Failed), new JobEnded(Any.Now, JobState.Succeeded, null)])!;
        Assert.Equal(JobState.PartiallySucceeded, view.State);
        Assert.NotNull(view.Error);
    }

    private static string Words(JobView? view) => JsonSerializer.Serialize(view, CoreJson.Options);

    private static JobSubmitted Submitted() => new(Any.Now, Job, Any.Request(JobKind.Echo, options: new EchoOptions(3)), "Title", null);

    private static PlanMade Planned(int tasks = 3)
    {
        var plan = PlanningPipeline.Plan(Any.Request(JobKind.Echo, options: new EchoOptions(tasks)), Any.FleetOf(Any.Device(), Any.Device(1)), Any.Context());
        return new PlanMade(Any.Now, plan.Plan!, plan.Devices, plan.Predicted!);
    }

    private static AttemptPlaced Placed(int task, int number) =>
        new(Any.Now, new TaskId(task), number, Any.Id(0), "Device 0", "system", "echo", new EdgeMesh.Core.Costing.Estimate(1, 2, null, EdgeMesh.Core.Costing.EstimateOrigin.Prior, 0), "why");

    private static AttemptHedged Hedged(int task, int number) =>
        new(Any.Now, new TaskId(task), number, Any.Id(1), "Device 1", "system", "echo", new EdgeMesh.Core.Costing.Estimate(1, 2, null, EdgeMesh.Core.Costing.EstimateOrigin.Prior, 0), "why");

    private static OutputAppended Output(int task, int number, int offset, string text) => new(Any.Now, new TaskId(task), number, offset, text, null);

    private static ReasoningAppended Thought(int offset, string text) => new(Any.Now, new TaskId(1), 1, offset, text);

    private static AttemptSucceeded Succeeded(int task, int number) => new(
        Any.Now, new TaskId(task), number, 7, new Receipt(Any.Id(0), "Device 0", "system", "echo", null, "", null, null, 1, 1, null, 0, 1, null, "0.1.0", null));
}
