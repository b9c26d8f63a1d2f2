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
        one.OnRun = two.OnRun = FakeRun.OnceFailing(run => run.Fail(told, "not now"));

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
        one.OnRun = FakeRun.OnceFailing(run => run.Fail(told, "it wants the input past_0"));

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
}
