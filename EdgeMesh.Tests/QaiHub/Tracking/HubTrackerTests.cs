using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>The tracker over a service that the test moves, in virtual time.</summary>
public sealed class HubTrackerTests : IDisposable
{
    private readonly TrackerMesh mesh = new();

    private FakeHubClient Hub => mesh.Hub;

    private HubTracker? Tracker => mesh.Tracker;

    private HubJobBook? Book => mesh.Book;

    private HubBoard Board => mesh.Board;

    public void Dispose() => mesh.Dispose();

    [Fact]
    public async Task Poll_TwoHundredJobs_AsksNoMoreThanOnceASecond()
    {
        for (var i = 0; i < 200; i++)
        {
            Hub.Set($"j{i:000}", JobState.OptimizingModel);
        }

        var started = mesh.Start(gapMs: 1_000);
        await using var viewer = Board.Subscribe();
        await started.StartAsync(TestContext.Current.CancellationToken);
        await mesh.AdvanceUntilAsync("all jobs to be tracked", () => Board.Current.Jobs.Items.Length == 200);

        // Then all of them end at once, and each is read in full.
        for (var i = 0; i < 200; i++)
        {
            Hub.Set($"j{i:000}", JobState.Failed, failure: "Model input 'image' has dynamic shapes.");
        }

        await mesh.AdvanceUntilAsync("every failure to be known", () => Board.Current.Jobs.Items.All(j => j is { State: HubJobState.Failed, Remedy: not null }));
        await started.StopAsync(TestContext.Current.CancellationToken);

        var times = Hub.Requests.Select(r => r.At).ToList();
        // A request may begin late by a step of the clock, never early: ten gaps take nine seconds at least.
        Assert.All(times.Zip(times.Skip(10)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(9), $"Eleven requests came between {pair.First:O} and {pair.Second:O}."));
        Assert.True(times.Count <= (mesh.Time.GetUtcNow() - Samples.Now).TotalSeconds + 1);
    }

    [Fact]
    public async Task Poll_JobMadeElsewhere_AppearsAndIsFollowed()
    {
        Hub.Set("jother", JobState.Created);
        await mesh.Start().PollAsync(TestContext.Current.CancellationToken);
        var job = Assert.Single(Board.Current.Jobs.Items);
        Assert.False(job.Here);

        Hub.Set("jother", JobState.OptimizingModel);
        await Tracker!.PollAsync(TestContext.Current.CancellationToken);
        Hub.Set("jother", JobState.Done, target: "mq1");
        await Tracker.PollAsync(TestContext.Current.CancellationToken);
        job = Assert.Single(Board.Current.Jobs.Items);
        Assert.Equal([HubJobState.Created, HubJobState.Optimizing, HubJobState.Done], job.Steps.Select(s => s.State));
        Assert.Equal(("mq1", "onnx"), (job.TargetModelId, job.Runtime));
    }

    [Fact]
    public async Task Poll_CompileDone_SubmitsTheProfileJobOnce_AlsoAfterARestart()
    {
        Hub.Set("jc", JobState.OptimizingModel);
        mesh.Start();
        await Book!.ChangeAsync("jc", _ => TrackerMesh.Compile("jc"), TestContext.Current.CancellationToken);

        // The dashboard is started again, and the compile job is done by then.
        Hub.Set("jc", JobState.Done, target: "mq1");
        mesh.Start();
        await Tracker!.PollAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("the profile job to be there", () => Board.Current.Jobs.Find("jc")?.Then?.JobId is not null);
        await Tracker.PollAsync(TestContext.Current.CancellationToken);
        var request = Assert.IsType<ProfileRequest>(Assert.Single(Hub.Created));
        Assert.Equal(("mq1", "--compute_unit npu"), (request.ModelId, request.Options));
        var profile = Board.Current.Jobs.Items.Single(j => j.Kind == HubJobKind.Profile);
        Assert.Equal(("jc", "onnx", true), (profile.ParentId, profile.Runtime, profile.Here));

        // And its figures are read and handed on.
        Hub.Set(profile.Id, JobState.Done, JobType.Profile);
        await Tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.Equal(21.4, Board.Current.Jobs.Find(profile.Id)!.Profile!.Inference.TotalMilliseconds);
        Assert.Equal(21.4, Assert.Single(mesh.Latencies.All).LatencyMs);
    }

    [Fact]
    public async Task Poll_ProfileWasSubmittedButNotStored_IsTakenAsTheFollower()
    {
        Hub.Set("jc", JobState.Done, target: "mq1");
        Hub.Set("jp", JobState.Created, JobType.Profile, model: "mq1");
        mesh.Start();
        await Book!.ChangeAsync("jc", _ => TrackerMesh.Compile("jc"), TestContext.Current.CancellationToken);
        await Tracker!.PollAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("the follower to be known", () => Board.Current.Jobs.Find("jc")?.Then?.JobId == "jp");
        Assert.Empty(Hub.Created);
        Assert.Equal("jc", Board.Current.Jobs.Find("jp")!.ParentId);
    }

    [Fact]
    public async Task Poll_ProfileRefused_SaysSoAndDoesNotAskAgain()
    {
        Hub.Set("jc", JobState.Done, target: "mq1");
        Hub.CreateFailure = new QaiHubException(HubFailure.BadRequest, "unrecognized arguments: --what", "Leave it out.");
        mesh.Start();
        await Book!.ChangeAsync("jc", _ => TrackerMesh.Compile("jc"), TestContext.Current.CancellationToken);
        await Tracker!.PollAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("the trouble to be told", () => Board.Current.Jobs.Find("jc")?.Trouble is not null);
        await Tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.Single(Hub.Requests, r => r.What == "create");
        Assert.Contains("--what", Board.Current.Jobs.Find("jc")!.Trouble!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_ServiceDown_KeepsJobsAndSaysWhy()
    {
        Hub.Set("ja", JobState.OptimizingModel);
        await mesh.Start().PollAsync(TestContext.Current.CancellationToken);
        Hub.Failure = new QaiHubException(HubFailure.Unreachable, "hub.example does not answer.", "Look at the network.");
        Assert.False(await Tracker!.PollAsync(TestContext.Current.CancellationToken));
        Assert.Single(Board.Current.Jobs.Items);
        Assert.Equal("qaihub_unreachable", Board.Current.Jobs.Problem!.Code);

        Hub.Failure = null;
        await Tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.Null(Board.Current.Jobs.Problem);
    }

    [Fact]
    public async Task Poll_OneJobCannotBeRead_TheOthersGoOn()
    {
        mesh.Start();
        foreach (var id in new[] { "ja", "jb" })
        {
            Hub.Set(id, JobState.Failed, failure: "Model input 'image' has dynamic shapes.");
            await Book!.ChangeAsync(id, _ => TrackerMesh.Compile(id), TestContext.Current.CancellationToken);
        }

        Hub.Damaged = "ja";
        await Tracker!.PollAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(Board.Current.Jobs.Find("jb")!.Remedy);
        Assert.Contains("ja", Board.Current.Jobs.Problem!.Title, StringComparison.Ordinal);

        Hub.Damaged = null;
        await Tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(Board.Current.Jobs.Find("ja")!.Remedy);
        Assert.Null(Board.Current.Jobs.Problem);
    }

    [Fact]
    public async Task Poll_JobGoneAtTheService_EndsAsFailedWithTheCause()
    {
        mesh.Start();
        await Book!.ChangeAsync("jgone", _ => TrackerMesh.Compile("jgone") with { Then = null }, TestContext.Current.CancellationToken);
        await Tracker!.PollAsync(TestContext.Current.CancellationToken);
        var job = Assert.Single(Board.Current.Jobs.Items);
        Assert.Equal((HubJobState.Failed, "qaihub_not_found"), (job.State, job.Trouble?.Code));
    }

    [Fact]
    public void Job_OlderThanTheServicesLimit_IsOverdue()
    {
        var job = TrackerMesh.Compile("jlong");
        Assert.False(job.IsOverdue(Samples.Now.AddHours(7)));
        Assert.True(job.IsOverdue(Samples.Now.AddHours(9)));
        Assert.False((job with { State = HubJobState.Done }).IsOverdue(Samples.Now.AddHours(9)));
    }
}
