using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>What becomes of an attempt that does not go as planned.</summary>
public sealed class AttemptTests
{
    [Theory]
    [InlineData("Busy", ReasonCode.Busy)]
    [InlineData("OutOfMemory", ReasonCode.OutOfMemory)]
    [InlineData("never heard of", ReasonCode.Internal)]
    public async Task Attempt_RefusedByTheDevice_IsPlacedElsewhere(string told, ReasonCode reason)
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = OnceFailing(run => run.Fail(told, "not now"));

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Succeeded, job.State);
        var attempts = job.Tasks.Single().Attempts;
        Assert.Equal([AttemptState.Failed, AttemptState.Succeeded], attempts.Select(a => a.State));
        Assert.Equal(reason, attempts[0].Reason);
        Assert.NotEqual(attempts[0].DeviceId, attempts[1].DeviceId);
    }

    [Fact]
    public async Task Attempt_FailsEverywhere_EndsAfterMaxAttemptsWithTheCause()
    {
        await using var mesh = await MeshHost.StartAsync();
        List<FakeDevice> devices = [await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"), await mesh.JoinAsync("Three"), await mesh.JoinAsync("Four")];
        devices.ForEach(d => d.OnRun = run => run.Fail("RuntimeDown", "the engine stopped"));

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal(3, job.Tasks.Single().Attempts.Select(a => a.DeviceId).Distinct().Count());
        Assert.Contains("the engine stopped", job.Error!.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(job.Error.Remedy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attempt_FailsWhileTheOtherDeviceWasOnlyInterrupted_IsGivenToThatOne(bool isLinked)
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run =>
        {
            if (run.Request.Attempt == 1)
            {
                run.Started().Fail("Lost", "it was stopped while it worked on this");
            }
            else if (run.Request.Attempt > 2)
            {
                run.Started().Text(run.Request.Text).Succeed();
            }
            else
            {
                run.Started();
            }
        };
        var id = await mesh.SubmitAsync(Samples.Request(text: "third time lucky"));
        await mesh.JobAsync(id, v => v.Tasks is [{ Current: { Number: 2, State: AttemptState.Running } }]);
        var (first, second) = one.Runs.First().Request.Attempt == 1 ? (one, two) : (two, one);
        if (!isLinked)
        {
            await mesh.CutAsync(first);
        }

        second.Runs.Single().Fail("RuntimeDown", "the engine stopped");
        if (!isLinked)
        {
            await mesh.JobAsync(id, v => v.Tasks is [{ Current: { Number: 2, State: AttemptState.Failed } }]);
            await mesh.LinkAsync(first);
        }

        var job = await mesh.EndedAsync(id);
        Assert.Equal("third time lucky", job.Result!.Text);
        Assert.Equal(first.Id, job.Tasks[0].Current!.DeviceId);
    }

    [Fact]
    public async Task Attempt_NobodyIsReady_DoesNotRunInCircles_AndIsGivenUp()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:02"));
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run => run.Fail("NotReady", "its runtimes start");

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal((JobState.Failed, "notready"), (job.State, job.Error!.Code));
        Assert.InRange(one.Runs.Count + two.Runs.Count, 2, 12);
    }

    [Theory]
    [InlineData("Unsupported")]
    [InlineData("ModelMissing")]
    public async Task Attempt_FailedForTheModel_IsTriedWithAnotherModelOfTheSameDevice(string told)
    {
        await using var mesh = await MeshHost.StartAsync();
        var broken = new RuntimeInfo("onnx-cpu", "ONNX Runtime", RuntimeState.Ready, null, [new ModelInfo("broken", [Skill.Summarize], 1, 4_096, 3)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);
        var one = await mesh.JoinAsync("One", true, broken);
        one.OnRun = OnceFailing(run => run.Fail(told, "it wants the input past_0"));

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(["broken", "textrank"], job.Tasks.Single().Attempts.Select(a => a.ModelId));
    }

    [Fact]
    public async Task Attempt_BadInput_IsNotTriedAgain()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run => run.Fail("BadInput", "no sentence in it");

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Single(job.Tasks.Single().Attempts);
        Assert.Equal(1, one.Runs.Count + two.Runs.Count);
    }

    [Fact]
    public async Task Attempt_EndsWithoutReceipt_IsBadOutput()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("some").Leave();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal(ReasonCode.BadOutput, job.Tasks.Single().Attempts.Single().Reason);
    }

    [Fact]
    public async Task Attempt_OfALyingDevice_HurtsNothing()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started()
            .Say(new TaskUpdate { Progress = new Progress { Fraction = double.NaN, Note = new string('n', 5_000) } })
            .Say(new TaskUpdate
            {
                Receipt = new TaskReceipt
                {
                    Accelerator = "99", RunMs = double.NegativeInfinity, QueueMs = double.NaN, FirstOutputMs = double.PositiveInfinity, Note = new string('n', 100_000), AgentVersion = "1\n2",
                },
            });
        var id = await mesh.SubmitAsync(Samples.Request());

        var receipt = (await mesh.EndedAsync(id)).Tasks[0].Current!.Receipt!;
        Assert.Equal((0, 0, null), (receipt.RunMs, receipt.DeviceQueueMs, receipt.FirstOutputMs));
        Assert.Null(receipt.Accelerator);
        Assert.True(receipt.Note!.Length <= 500);
        Assert.Equal("12", receipt.AgentVersion);
        Assert.Equal("Succeeded", (await mesh.GetAsync($"/api/jobs/{id}")).GetProperty("state").GetString());

        one.OnRun = run => run.Fail("42", new string('c', 100_000));
        var failed = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));
        Assert.Equal(ReasonCode.Internal, failed.Tasks[0].Current!.Reason);
        Assert.True(failed.Error!.Detail.Length < 3_000);
    }

    [Fact]
    public async Task Attempt_WritesTooMuch_IsStoppedAndFails()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxOutputChars", "1000"));
        var one = await mesh.JoinAsync("One");
        var stopped = new TaskCompletionSource();
        one.OnRun = run =>
        {
            run.OnCancel = _ => stopped.TrySetResult();
            run.Started().Text(new string('a', 900)).Text(new string('b', 101));
        };

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(ReasonCode.BadOutput, job.Tasks.Single().Attempts.Single().Reason);
        await stopped.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task LateReports_OfAnOlderAttempt_ChangeNothing()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run =>
        {
            if (run.Request.Attempt == 1)
            {
                run.Fail("RuntimeDown", "the engine stopped");
            }
            else
            {
                run.Started();
            }
        };
        var id = await mesh.SubmitAsync(Samples.Request(text: "right"));
        var second = (await mesh.JobAsync(id, v => v.Tasks is [{ Attempts.Length: 2 } t] && t.Current!.State == AttemptState.Running)).Tasks[0];
        var first = second.Attempts[0];
        var now = TimeProvider.System.GetUtcNow();
        ImmutableArray<JobEvent> late =
        [
            new OutputAppended(now, second.Id, 1, 0, "wrong", null),
            new AttemptSucceeded(now, second.Id, 1, 5, Samples.Receipt(mesh.Fleet.Current.Find(first.DeviceId)!)),
        ];
        await mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value).ReportAsync(new Immutable<ImmutableArray<JobEvent>>(late));

        var open = await mesh.Jobs.GetAsync(id, TestContext.Current.CancellationToken);
        Assert.False(open!.IsFinished);
        Assert.Equal(AttemptState.Failed, open.Tasks[0].Attempts[0].State);
        Assert.Empty(open.Tasks[0].Attempts[0].Output.Text);

        one.Runs.Concat(two.Runs).Single(r => r.Request.Attempt == 2).Text("right").Succeed();
        Assert.Equal("right", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Reports_ThatComeTwice_AreTakenOnce()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        var grain = mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value);
        ImmutableArray<JobEvent> report = [new OutputAppended(TimeProvider.System.GetUtcNow(), new TaskId(1), 1, 0, "once", null)];

        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));
        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));

        one.Runs.Single().Succeed();
        Assert.Equal("once", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Reasoning_WithAndWithoutAMark_IsKeptBesideTheAnswer()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Reasoning("First, ").Text("I wond").Text("er.").TextWasReasoning().TextWasReasoning().Reasoning(" So:").Text("Hel").Text("lo.").Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(("Hello.", "First, I wonder. So:"), (job.Result!.Text, job.Tasks[0].Current!.Output.Reasoning.Text));
    }

    [Fact]
    public async Task Reasoning_MoreThanIsKept_EndsInTheJournal()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run =>
        {
            run.Started();
            for (var i = 0; i < 20; i++)
            {
                run.Reasoning(new string('x', 50_000)).Say(new TaskUpdate { Progress = new Progress() });
            }

            run.Text("Done.").Succeed();
        };

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        var reasoning = job.Tasks[0].Current!.Output.Reasoning;
        Assert.Equal(("Done.", ReasoningText.MaxChars), (job.Result!.Text, reasoning.Text.Length));
        Assert.InRange(reasoning.Length, ReasoningText.MaxChars, 400_000);
    }

    [Fact]
    public async Task Reports_OfUnmarkedReasoningThatComeTwice_AreTakenOnce()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        var grain = mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value);
        var (now, task) = (TimeProvider.System.GetUtcNow(), new TaskId(1));
        ImmutableArray<JobEvent> report = [new OutputAppended(now, task, 1, 0, "hmm", null), new OutputWasReasoning(now, task, 1, 3), new ReasoningAppended(now, task, 1, 3, "!"), new OutputAppended(now, task, 1, 3, "once", null)];

        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));
        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));

        one.Runs.Single().Succeed();
        var job = await mesh.EndedAsync(id);
        Assert.Equal(("once", "hmm!"), (job.Result!.Text, job.Tasks[0].Current!.Output.Reasoning.Text));
    }

    [Fact]
    public async Task Device_ForgottenWhileItWorks_IsCutAndItsWorkGoesElsewhere()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = OnceFailing(run => run.Started());
        var id = await mesh.SubmitAsync(Samples.Request());
        var first = (await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }])).Tasks[0].Current!;

        var link = mesh.Links.Find(first.DeviceId)!;
        Assert.Null(await mesh.Fleet.ForgetAsync(first.DeviceId, TestContext.Current.CancellationToken));

        Assert.True(link.Closed.IsCancellationRequested);
        Assert.Null(mesh.Fleet.Current.Find(first.DeviceId));
        var job = await mesh.EndedAsync(id);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(ReasonCode.Lost, job.Tasks[0].Attempts[0].Reason);
    }

    [Fact]
    public async Task Device_ForgottenWhileItLinks_IsCut()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        await mesh.Fleet.ForgetAsync(one.Id, TestContext.Current.CancellationToken);

        var link = mesh.Links.Open(one);
        await mesh.Services.GetRequiredService<Dashboard.Orchestration.Gateway.ILinkSink>().OpenedAsync(link, Samples.Profile(), new([], true, []));

        Assert.True(link.Closed.IsCancellationRequested);
        Assert.Null(mesh.Fleet.Current.Find(one.Id));
    }

    [Fact]
    public async Task Device_Draining_FinishesWhatItHasAndTakesNothingNew()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var running = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(running, v => v.Tasks is [{ State: TaskState.Running }]);

        Assert.Null(await mesh.Fleet.DrainAsync(one.Id, TestContext.Current.CancellationToken));
        await Until.TrueAsync("the drain to show", () => mesh.Fleet.Current.Find(one.Id)!.State == DeviceState.Draining);
        var refused = await mesh.Jobs.SubmitAsync(Samples.Request(), TestContext.Current.CancellationToken);
        Assert.Contains("Draining", refused.Refused!.Devices.Single().Reason, StringComparison.Ordinal);

        one.Runs.Single().Text("done").Succeed();
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(running)).State);

        Assert.Null(await mesh.Fleet.ResumeAsync(one.Id, TestContext.Current.CancellationToken));
        await Until.TrueAsync("the resume to show", () => mesh.Fleet.Current.Find(one.Id)!.State == DeviceState.Online);
        one.OnRun = run => run.Started().Succeed();
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()))).State);
    }

    [Fact]
    public async Task Device_SilentForTooLong_IsSuspectThenLostAndItsWorkGoesElsewhere()
    {
        await using var mesh = await MeshHost.StartAsync(
            null, ("EdgeMesh:Orchestrator:SuspectAfter", "00:00:01"), ("EdgeMesh:Orchestrator:LostAfter", "00:00:02"), ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:01"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());

        await Until.TrueAsync("the device to be lost", () => mesh.Fleet.Current.Find(one.Id)!.State == DeviceState.Lost);
        var job = await mesh.EndedAsync(id);
        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal("lost", job.Error!.Code, ignoreCase: true);
        Assert.Contains("Its work goes to others", mesh.Fleet.Current.Find(one.Id)!.StateReason, StringComparison.Ordinal);
        Assert.NotNull(mesh.Fleet.Current.Find(one.Id)!.LastSeen);
    }

    [Fact]
    public async Task Device_IdleAndSilentForTooLong_IsNotSaidToHaveGivenWorkAway()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:SuspectAfter", "00:00:01"), ("EdgeMesh:Orchestrator:LostAfter", "00:00:02"));
        var one = await mesh.JoinAsync("One");
        await Until.TrueAsync("the device to be lost", () => mesh.Fleet.Current.Find(one.Id)!.State == DeviceState.Lost);
        Assert.Equal("It has stopped answering. It had no work.", mesh.Fleet.Current.Find(one.Id)!.StateReason);
    }

    [Fact]
    public async Task Job_OnlyCandidateIsStarting_WaitsForIt()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", loaded: false);

        var id = await mesh.SubmitAsync(Samples.Request(text: "patience"));
        Assert.Equal(JobState.Queued, (await mesh.Jobs.GetAsync(id, TestContext.Current.CancellationToken))!.State);
        await mesh.BeatAsync(mesh.Links.Find(one.Id)!, justLoaded: true);

        Assert.Equal("patience", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Job_StartingDeviceNeverBecomesReady_FailsInWords()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:01"));
        await mesh.JoinAsync("One", loaded: false);

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Failed, job.State);
        Assert.NotEmpty(job.Error!.Remedy);
    }

    private static Action<FakeRun> OnceFailing(Action<FakeRun> fail) => run =>
    {
        if (run.Request.Attempt == 1)
        {
            fail(run);
        }
        else
        {
            run.Started().Text(run.Request.Text).Succeed();
        }
    };
}
