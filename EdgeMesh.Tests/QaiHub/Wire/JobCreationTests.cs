using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>Creating jobs and waiting for them, in virtual time.</summary>
public sealed class JobCreationTests
{
    private static readonly HubDevice Device = new("X", "1", [], "");
    private static readonly ProfileRequest Profile = new("mmq12345q", Device);

    [Fact]
    public async Task Create_TooManyJobs_WaitsTwentyDoublingToSixtyForTenMinutes()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(429, """{"detail":"Too many jobs."}"""));
        var began = hub.Time.GetUtcNow();
        var failure = await Hub.FailureAsync(hub.Client.Jobs.CreateAsync(Profile, cancellationToken: Hub.Cancelled));
        Assert.Equal((HubFailure.RateLimited, "Too many jobs."), (failure.Kind, failure.Cause));
        Assert.Equal([20, 40, 60, 60, 60, 60, 60, 60, 60, 60, 60], hub.Time.Waits.Select(w => w.TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(10), hub.Time.GetUtcNow() - began);
        Assert.Equal(12, hub.Requests.Count);
    }

    [Fact]
    public async Task Create_TooManyJobsAtFirst_SucceedsLater()
    {
        var times = 0;
        await using var hub = new Hub(_ => ++times < 4 ? RawHttpServer.Text(429) : RawHttpServer.Message(new CreateUpdateResponse { Id = "j5w2gx7p5" }));
        Assert.Equal("j5w2gx7p5", await hub.Client.Jobs.CreateAsync(Profile, cancellationToken: Hub.Cancelled));
        Assert.Equal([20, 40, 60], hub.Time.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task CreateQuantize_TooManyJobs_WaitsToo()
    {
        var times = 0;
        await using var hub = new Hub(_ => ++times < 2 ? RawHttpServer.Text(429) : RawHttpServer.Message(new CreateUpdateResponse { Id = "j5w2gx7p5" }));
        await hub.Client.Jobs.CreateAsync(new QuantizeRequest("mmq12345q", "dd9pg5on9", QuantizeDtype.Int8, QuantizeDtype.Int8), cancellationToken: Hub.Cancelled);
        Assert.Equal([20], hub.Time.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task Create_ServiceFails_IsTriedSixTimes()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(503));
        Assert.Equal(HubFailure.ServiceFailed, (await Hub.FailureAsync(hub.Client.Jobs.CreateAsync(Profile, cancellationToken: Hub.Cancelled))).Kind);
        Assert.Equal(6, hub.Requests.Count);
    }

    [Fact]
    public async Task CreateQuantize_ServiceFails_IsTriedOnce()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(503));
        await Hub.FailureAsync(hub.Client.Jobs.CreateAsync(new QuantizeRequest("mmq12345q", "dd9pg5on9", QuantizeDtype.Int8, QuantizeDtype.Int8), cancellationToken: Hub.Cancelled));
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task Create_NoAnswer_IsNotSentTwice()
    {
        await using var hub = new Hub(_ => []);
        Assert.Equal(HubFailure.TimedOut, (await hub.SilenceAsync(() => hub.Client.Jobs.CreateAsync(Profile, cancellationToken: Hub.Cancelled))).Kind);
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task Wait_JobThatNeverEnds_IsNamedAfterEightHours()
    {
        var job = new Job { ProfileJob = new ProfileJob { ProfileJobId = "j5w2gx7p5", JobState = JobState.ProvisioningDevice } };
        await using var hub = new Hub(_ => RawHttpServer.Message(job), new HubTimings { Poll = TimeSpan.FromMinutes(10) });
        var began = hub.Time.GetUtcNow();
        var failure = await Hub.FailureAsync(hub.Client.Jobs.WaitAsync("j5w2gx7p5", cancellationToken: Hub.Cancelled));
        Assert.Equal(HubFailure.JobDeadline, failure.Kind);
        Assert.Contains("8 hours", failure.Cause, StringComparison.Ordinal);
        Assert.Contains("Provisioning device", failure.Cause, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(8), hub.Time.GetUtcNow() - began);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(1_000_000, false)]
    public async Task Wait_ServiceAway_GoesOnUnlessItStaysAway(int failures, bool ends)
    {
        var asked = 0;
        await using var hub = new Hub(_ => asked++ < failures ? RawHttpServer.Text(503) : RawHttpServer.Message(new Job { LinkJob = new LinkJob { LinkJobId = "j5w2gx7p5", JobState = JobState.Done } }));
        var began = hub.Time.GetUtcNow();
        var waiting = hub.Client.Jobs.WaitAsync("j5w2gx7p5", cancellationToken: Hub.Cancelled);
        if (ends)
        {
            Assert.Equal(JobState.Done, (await waiting).State);
        }
        else
        {
            Assert.Equal(HubFailure.ServiceFailed, (await Hub.FailureAsync(waiting)).Kind);
            Assert.InRange(hub.Time.GetUtcNow() - began, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15));
        }
    }

    [Fact]
    public async Task Wait_JobThatEnds_ReportsEachState()
    {
        JobState[] states = [JobState.Created, JobState.OptimizingModel, JobState.Done];
        var asked = 0;
        await using var hub = new Hub(_ => RawHttpServer.Message(new Job { CompileJob = new CompileJob { CompileJobId = "j5w2gx7p5", JobState = states[Math.Min(asked++, 2)] } }));
        var seen = new Seen<HubJob>();
        var job = await hub.Client.Jobs.WaitAsync("j5w2gx7p5", seen, cancellationToken: Hub.Cancelled);
        Assert.Equal(JobState.Done, job.State);
        Assert.Equal(states, seen.Items.Select(j => j.State));
        Assert.Equal([10, 10], hub.Time.Waits.Select(w => w.TotalSeconds));
    }
}
