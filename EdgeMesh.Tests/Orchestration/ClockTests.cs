using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A clock that is set back, by a dual boot, a resumed machine or a board without a battery, stops nothing.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task Clock_SetBackADay_JobsGoOn()
    {
        SetClock clock = new();
        await using var mesh = await MeshHost.StartAsync(clock);
        await mesh.JoinAsync("One");
        await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "before")));

        clock.Set(TimeSpan.FromDays(-1));
        for (var n = 0; n < 3; n++)
        {
            var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "after")));
            Assert.Equal(JobState.Succeeded, job.State);
        }
    }

    [Fact]
    public async Task Clock_SetBackADayWhileAJobRuns_ItEndsAndNothingTookLessThanNoTime()
    {
        SetClock clock = new();
        await using var mesh = await MeshHost.StartAsync(clock);
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        clock.Set(TimeSpan.FromDays(-1));
        await mesh.BeatAsync(mesh.Links.Find(one.Id)!);
        var wait = mesh.Jobs.Preview(Samples.Request()).Predicted!.P50Ms;
        one.Runs.Single().Text("Short.").Succeed();
        var job = await mesh.EndedAsync(id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.InRange(wait, 0, TimeSpan.FromHours(1).TotalMilliseconds);
        Assert.True(job.ActualMs >= 0, $"{job.ActualMs} ms");
        Assert.All(job.Tasks.SelectMany(t => t.Attempts), a => Assert.True(a.ActualMs >= 0 && a.WorkMs >= 0, $"{a.ActualMs} ms, {a.WorkMs} ms of work"));
        Assert.True((await mesh.Jobs.ListAsync(JobQuery.First(1), TestContext.Current.CancellationToken)).Items.Single().ActualMs >= 0);
    }

    [Fact]
    public void MonotonicTime_FollowsTheTimestamps_NotTheClock()
    {
        SetClock clock = new();
        MonotonicTime time = new(clock);
        var before = time.GetUtcNow();
        clock.Set(TimeSpan.FromDays(-1));
        Assert.InRange(time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        clock.Set(TimeSpan.FromDays(40));
        Assert.InRange(time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }
}
