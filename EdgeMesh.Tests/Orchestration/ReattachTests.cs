using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Links that break while work runs: the work goes on where it is, or elsewhere, and always ends.</summary>
public sealed class ReattachTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Link_BackAtOnce_TheAttemptGoesOnToItsLastWord()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("to be, ");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: "to be, " }]);

        await mesh.CutAsync(one);
        one.Runs.Single().Text("or not ");
        await mesh.LinkAsync(one);
        one.Runs.Single().Text("to be").Succeed();

        var job = await mesh.EndedAsync(id);
        Assert.Equal((JobState.Succeeded, "to be, or not to be"), (job.State, job.Result!.Text));
        Assert.Single(job.Tasks[0].Attempts);
        Assert.Single(one.Runs);
    }

    [Fact]
    public async Task Link_BreaksAgainAndAgain_NoCharacterIsLostOrDoubled()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var ids = new List<JobId>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await mesh.SubmitAsync(Samples.Request(JobKind.Echo, $"{i}") with { Options = new EchoOptions(1) }));
        }

        await Until.TrueAsync("all to run", () => one.Runs.Count == 8);
        var words = Enumerable.Range(1, 60).Select(n => $"w{n} ").ToList();
        for (var w = 0; w < words.Count; w++)
        {
            foreach (var run in one.Runs)
            {
                run.Text(words[w]);
                if (w == 20)
                {
                    run.TextWasReasoning();
                }
            }

            if (w % 7 == 3)
            {
                await mesh.CutAsync(one);
                await mesh.LinkAsync(one);
            }
        }

        foreach (var run in one.Runs)
        {
            run.Succeed();
        }

        foreach (var id in ids)
        {
            var job = await mesh.EndedAsync(id);
            Assert.Equal(JobState.Succeeded, job.State);
            Assert.Equal((string.Concat(words.Skip(21)), string.Concat(words.Take(21))), (job.Result!.Text, job.Tasks[0].Current!.Output.Reasoning.Text));
            Assert.Single(job.Tasks[0].Attempts);
        }

        await Until.TrueAsync("all to be acknowledged", () => one.Acknowledged.Count == 8);
    }

    [Fact]
    public async Task Stream_BreaksWithoutTheLink_IsListenedToAgain()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("half ");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: "half " }]);

        one.Runs.Single().Break();
        one.Runs.Single().Text("whole").Succeed();

        Assert.Equal("half whole", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Link_GoneAndAnotherDeviceIdle_TheWorkGoesThere_AndTheFirstIsStoppedWhenItIsBack()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run => run.Started().Text(run.Request.Attempt == 1 ? "old" : "new");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: "old" }]);
        var (first, second) = one.Runs.Count == 1 ? (one, two) : (two, one);

        await mesh.CutAsync(first);
        await mesh.JobAsync(id, v => v.Tasks is [{ Current: { Number: 2, Output.Text: "new" } }]);
        await mesh.LinkAsync(first);
        await Until.TrueAsync("the first to be stopped and forgotten", () => first.Runs.Single().HasEnded && first.Acknowledged.Count == 1);
        second.Runs.Single().Succeed();

        var job = await mesh.EndedAsync(id);
        Assert.Equal((JobState.Succeeded, "new"), (job.State, job.Result!.Text));
        Assert.Equal([AttemptState.Failed, AttemptState.Succeeded], job.Tasks[0].Attempts.Select(a => a.State));
        Assert.Equal(ReasonCode.Lost, job.Tasks[0].Attempts[0].Reason);
    }

    [Fact]
    public async Task Device_LostAndBack_AloneInItsMesh_KeepsItsWork()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:SuspectAfter", "00:00:00.5"), ("EdgeMesh:Orchestrator:LostAfter", "00:00:01"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("patience ");
        var id = await mesh.SubmitAsync(Samples.Request());

        await Until.TrueAsync("the device to be lost", () => mesh.Fleet.Current.Find(one.Id)!.State == DeviceState.Lost);
        Assert.False((await mesh.Jobs.GetAsync(id, Test))!.IsFinished);
        await mesh.LinkAsync(one);
        one.Runs.Single().Text("pays").Succeed();

        Assert.Equal("patience pays", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Device_ThatNeverComesBack_IsGivenUpInWords()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:01"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("half");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        await mesh.CutAsync(one);

        var job = await mesh.EndedAsync(id);
        Assert.Equal((JobState.Failed, "lost"), (job.State, job.Error!.Code));
        Assert.Contains("One did not come back within 1 s.", job.Error.Detail, StringComparison.Ordinal);
        Assert.Equal(("half", true), (job.Result!.Text, job.Result.IsPartial));
    }

    [Fact]
    public async Task Device_StartedAnew_ItsAttemptIsPlacedAgainOnIt()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => _ = run.Request.Attempt == 1 ? run.Started().Text("half") : run.Started().Text("whole");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: "half" }]);

        await mesh.CutAsync(one);
        one.Restart();
        await mesh.LinkAsync(one);
        await mesh.JobAsync(id, v => v.Tasks is [{ Current: { Number: 2, State: AttemptState.Running } }]);
        one.Runs.Last().Succeed();

        Assert.Equal((JobState.Succeeded, "whole"), (await mesh.EndedAsync(id)) is var job ? (job.State, job.Result!.Text) : default);
    }

    [Fact]
    public async Task Device_ThatForgot_ItsAttemptIsPlacedAgain()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => _ = run.Request.Attempt == 1 ? run.Started().Text("half") : run.Started().Text("whole");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: "half" }]);

        one.Forget(one.Runs.Single());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current: { Number: 2, State: AttemptState.Running } }]);
        one.Runs.Last().Succeed();

        Assert.Equal("whole", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task OlderAgent_ThatKeepsNothing_IsLostAtOnce()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.KeepsAttempts = two.KeepsAttempts = false;
        one.OnRun = two.OnRun = run => _ = run.Request.Attempt == 1 ? run.Started().Text("half") : run.Started().Text("whole");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: "half" }]);

        await mesh.CutAsync(one.Runs.Count == 1 ? one : two);

        await mesh.JobAsync(id, v => v.Tasks is [{ Current: { Number: 2, State: AttemptState.Running } }]);
    }

    [Fact]
    public async Task Cancel_WhileTheDeviceIsAway_EndsTheJobAtOnce_AndStopsTheWorkWhenItIsBack()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        await mesh.CutAsync(one);

        Assert.Null(await mesh.Jobs.CancelAsync(id, "me", Test));
        Assert.Equal(JobState.Cancelled, (await mesh.EndedAsync(id)).State);

        await mesh.LinkAsync(one);
        await Until.TrueAsync("the work to be stopped", () => one.Runs.Single().HasEnded && one.Acknowledged.Count == 1);
    }

    [Fact]
    public async Task Cancel_OfAnAttemptThatItsDeviceNeverGot_EndsTheJob()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        // As when the order was stored and never sent: the device's grain does not have it.
        var grains = mesh.Services.GetService(typeof(IGrainFactory)) as IGrainFactory;
        await grains!.GetGrain<Dashboard.Orchestration.IDeviceGrain>(one.Id.Value).EndedAsync(new AttemptId(id, new TaskId(1), 1), null, 0);

        Assert.Null(await mesh.Jobs.CancelAsync(id, "me", Test));
        Assert.Equal(JobState.Cancelled, (await mesh.EndedAsync(id)).State);
    }
}
