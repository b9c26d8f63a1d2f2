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

/// <summary>What becomes of work when its device is forgotten, drained, silent or still starting.</summary>
public sealed class DeviceStateTests
{
    [Fact]
    public async Task Device_ForgottenWhileItWorks_IsCutAndItsWorkGoesElsewhere()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = FakeRun.OnceFailing(run => run.Started());
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
}
