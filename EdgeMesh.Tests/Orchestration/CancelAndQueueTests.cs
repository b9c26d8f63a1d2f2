using System.Net;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Cancelling, and the bounds of the queues.</summary>
public sealed class CancelAndQueueTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cancel_WhileListeningBreaksOverALinkThatStands_StopsTheDevice()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        one.BreaksAttached = true;
        one.Runs.Single().Break();
        await Until.TrueAsync("listening to break again", () => one.Attached.Count > 1);

        Assert.Null(await mesh.Jobs.CancelAsync(id, "me", TestContext.Current.CancellationToken));

        Assert.Equal(JobState.Cancelled, (await mesh.EndedAsync(id)).State);
        await Until.TrueAsync("the device to stop, and to be told that nobody waits for it", () => one.Runs.Single().HasEnded && !one.Acknowledged.IsEmpty);
    }

    [Fact]
    public async Task Cancel_ThatOvertakesItsOrder_IsToldAgain()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        one.CancelsTooSoon = 2;
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        Assert.Null(await mesh.Jobs.CancelAsync(id, "me", TestContext.Current.CancellationToken));

        Assert.Equal(JobState.Cancelled, (await mesh.EndedAsync(id)).State);
        Assert.True(one.Runs.Single().HasEnded);
    }

    [Fact]
    public async Task Moved_WhileItsDeviceCameBack_IsStoppedThere()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        // The device is listened to again when the job's answer comes: the task is elsewhere.
        await mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceGrain>(one.Id.Value).AskedAsync(new AttemptId(id, new TaskId(1), 1), moved: true);

        await Until.TrueAsync("the device to stop", () => one.Runs.Single().HasEnded);
    }

    [Fact]
    public async Task Cancel_Running_StopsTheDeviceAndEndsCancelled()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("some");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        Assert.Null(await mesh.Jobs.CancelAsync(id, "a test", Test));

        var job = await mesh.EndedAsync(id);
        Assert.Equal(JobState.Cancelled, job.State);
        Assert.Equal(AttemptState.Cancelled, job.Tasks[0].Attempts.Single().State);
        Assert.Equal(1, await mesh.SqlAsync("SELECT COUNT(*) FROM Jobs WHERE State = 'Cancelled'"));
        Assert.Equal("job_finished", (await mesh.Jobs.CancelAsync(id, "a test", Test))!.Code);
    }

    [Fact]
    public async Task Cancel_Queued_NeverReachesTheDevice()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxInFlightPerDevice", "1"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var first = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(first, v => v.Tasks is [{ State: TaskState.Running }]);
        var queued = await mesh.SubmitAsync(Samples.Request());

        Assert.Null(await mesh.Jobs.CancelAsync(queued, "a test", Test));

        Assert.Equal(JobState.Cancelled, (await mesh.EndedAsync(queued)).State);
        Assert.Single(one.Runs);
        one.Runs.Single().Succeed();
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(first)).State);
    }

    [Fact]
    public async Task Cancel_WaitingForADevice_EndsAtOnce()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One", loaded: false);
        var id = await mesh.SubmitAsync(Samples.Request());

        Assert.Null(await mesh.Jobs.CancelAsync(id, "a test", Test));

        Assert.Equal(JobState.Cancelled, (await mesh.EndedAsync(id)).State);
    }

    [Fact]
    public async Task Cancel_DeviceFinishesFirst_KeepsTheResult()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run =>
        {
            run.OnCancel = r => r.Text("in time").Succeed();
            run.Started();
        };
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        await mesh.Jobs.CancelAsync(id, "a test", Test);

        Assert.Equal("in time", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Submit_QueueFull_IsA429WithRetryAfterAndStoresNothing()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxOpenJobs", "1"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var first = await mesh.SubmitAsync(Samples.Request());

        var (answer, problem) = await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""");

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("queue_full", problem.GetProperty("code").GetString());
        Assert.Equal(1, await mesh.SqlAsync("SELECT COUNT(*) FROM Jobs"));

        await Until.TrueAsync("the device to have it", () => one.Runs.Count == 1);
        one.Runs.Single().Succeed();
        await mesh.EndedAsync(first);
        one.OnRun = run => run.Started().Succeed();
        Assert.Equal(HttpStatusCode.Accepted, (await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""")).Answer.StatusCode);
    }

    [Fact]
    public async Task Submit_ManyJobsAtOnce_AllEndAndEveryEventIsStored()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        await mesh.JoinAsync("Two");

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => mesh.SubmitAsync(Samples.Request(JobKind.Echo, $"job {n}") with { Options = new EchoOptions(5) })));
        var jobs = await Task.WhenAll(ids.Select(mesh.EndedAsync));

        Assert.All(jobs, j => Assert.Equal(JobState.Succeeded, j.State));
        Assert.All(jobs, j => Assert.Equal(5, j.Tasks.Length));
        Assert.Equal(40, await mesh.SqlAsync("SELECT COUNT(*) FROM Jobs WHERE State = 'Succeeded'"));
        foreach (var job in jobs)
        {
            var stored = await mesh.Journal.ReadAsync(job.Id, 0, Test);
            Assert.Equal(Enumerable.Range(1, (int)job.Version).Select(n => (long)n), stored.Select(e => e.Sequence));
            Assert.Equal(job.Tasks.Select(t => t.State), JobReducer.Fold(stored.Select(e => e.Event))!.Tasks.Select(t => t.State));
        }
    }
}
