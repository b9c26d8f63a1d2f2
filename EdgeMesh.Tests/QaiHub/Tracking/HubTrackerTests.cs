using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>The tracker over a service that the test moves, in virtual time.</summary>
public sealed class HubTrackerTests : IDisposable
{
    private static readonly HubDevice s_board = new("Board", "1", ["chipset:qualcomm-qcs6490"], "");
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new(Samples.Now);
    private readonly FakeHubClient hub;
    private readonly FakeProfiledLatencies latencies = new();
    private HubTracker? tracker;
    private HubJobBook? book;
    private HubBoard board;

    public HubTrackerTests()
    {
        (hub, board) = (new FakeHubClient(time) { Devices = [s_board] }, new HubBoard(time));
        using var db = new Contexts(directory).CreateDbContext();
        db.Database.EnsureCreated();
    }

    public void Dispose()
    {
        tracker?.Dispose();
        book?.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Poll_TwoHundredJobs_AsksNoMoreThanOnceASecond()
    {
        for (var i = 0; i < 200; i++)
        {
            hub.Set($"j{i:000}", JobState.OptimizingModel);
        }

        var started = Start(gapMs: 1_000);
        await using var viewer = board.Subscribe();
        await started.StartAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync("all jobs to be tracked", () => board.Current.Jobs.Items.Length == 200);

        // Then all of them end at once, and each is read in full.
        for (var i = 0; i < 200; i++)
        {
            hub.Set($"j{i:000}", JobState.Failed, failure: "Model input 'image' has dynamic shapes.");
        }

        await AdvanceUntilAsync("every failure to be known", () => board.Current.Jobs.Items.All(j => j is { State: HubJobState.Failed, Remedy: not null }));
        await started.StopAsync(TestContext.Current.CancellationToken);

        var times = hub.Requests.Select(r => r.At).ToList();
        // A request may begin late by a step of the clock, never early: ten gaps take nine seconds at least.
        Assert.All(times.Zip(times.Skip(10)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(9), $"Eleven requests came between {pair.First:O} and {pair.Second:O}."));
        Assert.True(times.Count <= (time.GetUtcNow() - Samples.Now).TotalSeconds + 1);
    }

    [Fact]
    public async Task Poll_JobMadeElsewhere_AppearsAndIsFollowed()
    {
        hub.Set("jother", JobState.Created);
        await Start().PollAsync(TestContext.Current.CancellationToken);
        var job = Assert.Single(board.Current.Jobs.Items);
        Assert.False(job.Here);

        hub.Set("jother", JobState.OptimizingModel);
        await tracker!.PollAsync(TestContext.Current.CancellationToken);
        hub.Set("jother", JobState.Done, target: "mq1");
        await tracker.PollAsync(TestContext.Current.CancellationToken);
        job = Assert.Single(board.Current.Jobs.Items);
        Assert.Equal([HubJobState.Created, HubJobState.Optimizing, HubJobState.Done], job.Steps.Select(s => s.State));
        Assert.Equal(("mq1", "onnx"), (job.TargetModelId, job.Runtime));
    }

    [Fact]
    public async Task Poll_CompileDone_SubmitsTheProfileJobOnce_AlsoAfterARestart()
    {
        hub.Set("jc", JobState.OptimizingModel);
        Start();
        await book!.ChangeAsync("jc", _ => Compile("jc"), TestContext.Current.CancellationToken);

        // The dashboard is started again, and the compile job is done by then.
        hub.Set("jc", JobState.Done, target: "mq1");
        Start();
        await tracker!.PollAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("the profile job to be there", () => board.Current.Jobs.Find("jc")?.Then?.JobId is not null);
        await tracker.PollAsync(TestContext.Current.CancellationToken);
        var request = Assert.IsType<ProfileRequest>(Assert.Single(hub.Created));
        Assert.Equal(("mq1", "--compute_unit npu"), (request.ModelId, request.Options));
        var profile = board.Current.Jobs.Items.Single(j => j.Kind == HubJobKind.Profile);
        Assert.Equal(("jc", "onnx", true), (profile.ParentId, profile.Runtime, profile.Here));

        // And its figures are read and handed on.
        hub.Set(profile.Id, JobState.Done, JobType.Profile);
        await tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.Equal(21.4, board.Current.Jobs.Find(profile.Id)!.Profile!.Inference.TotalMilliseconds);
        Assert.Equal(21.4, Assert.Single(latencies.All).LatencyMs);
    }

    [Fact]
    public async Task Poll_ProfileWasSubmittedButNotStored_IsTakenAsTheFollower()
    {
        hub.Set("jc", JobState.Done, target: "mq1");
        hub.Set("jp", JobState.Created, JobType.Profile, model: "mq1");
        Start();
        await book!.ChangeAsync("jc", _ => Compile("jc"), TestContext.Current.CancellationToken);
        await tracker!.PollAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("the follower to be known", () => board.Current.Jobs.Find("jc")?.Then?.JobId == "jp");
        Assert.Empty(hub.Created);
        Assert.Equal("jc", board.Current.Jobs.Find("jp")!.ParentId);
    }

    [Fact]
    public async Task Poll_ProfileRefused_SaysSoAndDoesNotAskAgain()
    {
        hub.Set("jc", JobState.Done, target: "mq1");
        hub.CreateFailure = new QaiHubException(HubFailure.BadRequest, "unrecognized arguments: --what", "Leave it out.");
        Start();
        await book!.ChangeAsync("jc", _ => Compile("jc"), TestContext.Current.CancellationToken);
        await tracker!.PollAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("the trouble to be told", () => board.Current.Jobs.Find("jc")?.Trouble is not null);
        await tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.Single(hub.Requests, r => r.What == "create");
        Assert.Contains("--what", board.Current.Jobs.Find("jc")!.Trouble!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_ServiceDown_KeepsJobsAndSaysWhy()
    {
        hub.Set("ja", JobState.OptimizingModel);
        await Start().PollAsync(TestContext.Current.CancellationToken);
        hub.Failure = new QaiHubException(HubFailure.Unreachable, "hub.example does not answer.", "Look at the network.");
        Assert.False(await tracker!.PollAsync(TestContext.Current.CancellationToken));
        Assert.Single(board.Current.Jobs.Items);
        Assert.Equal("qaihub_unreachable", board.Current.Jobs.Problem!.Code);

        hub.Failure = null;
        await tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.Null(board.Current.Jobs.Problem);
    }

    [Fact]
    public async Task Poll_OneJobCannotBeRead_TheOthersGoOn()
    {
        Start();
        foreach (var id in new[] { "ja", "jb" })
        {
            hub.Set(id, JobState.Failed, failure: "Model input 'image' has dynamic shapes.");
            await book!.ChangeAsync(id, _ => Compile(id), TestContext.Current.CancellationToken);
        }

        hub.Damaged = "ja";
        await tracker!.PollAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(board.Current.Jobs.Find("jb")!.Remedy);
        Assert.Contains("ja", board.Current.Jobs.Problem!.Title, StringComparison.Ordinal);

        hub.Damaged = null;
        await tracker.PollAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(board.Current.Jobs.Find("ja")!.Remedy);
        Assert.Null(board.Current.Jobs.Problem);
    }

    [Fact]
    public async Task Poll_JobGoneAtTheService_EndsAsFailedWithTheCause()
    {
        Start();
        await book!.ChangeAsync("jgone", _ => Compile("jgone") with { Then = null }, TestContext.Current.CancellationToken);
        await tracker!.PollAsync(TestContext.Current.CancellationToken);
        var job = Assert.Single(board.Current.Jobs.Items);
        Assert.Equal((HubJobState.Failed, "qaihub_not_found"), (job.State, job.Trouble?.Code));
    }

    [Fact]
    public void Job_OlderThanTheServicesLimit_IsOverdue()
    {
        var job = Compile("jlong");
        Assert.False(job.IsOverdue(Samples.Now.AddHours(7)));
        Assert.True(job.IsOverdue(Samples.Now.AddHours(9)));
        Assert.False((job with { State = HubJobState.Done }).IsOverdue(Samples.Now.AddHours(9)));
    }

    private static TrackedJob Compile(string id) => new(id, HubJobKind.Compile, HubJobState.Created, Samples.Now)
    {
        Name = "net", Device = "Board", Os = "1", ModelId = "mm1", Runtime = "onnx", Here = true, Then = new HubFollowUp("--compute_unit npu", null), Steps = [new HubStep(HubJobState.Created, Samples.Now)],
    };

    /// <summary>A tracker over the same database, as after a start.</summary>
    private HubTracker Start(int gapMs = 1)
    {
        tracker?.Dispose();
        board = new HubBoard(time);
        var clients = new HubClients(hub, hub, new Configuration(hub.Config), board, time);
        // Real pauses of a millisecond where a test does not move the clock.
        TimeProvider clock = gapMs == 1 ? TimeProvider.System : time;
        var (pace, catalogue) = (new HubPace(new QaiHubOptions { GapMs = gapMs }, clock), new HubReader(clients, board, time));
        book = new HubJobBook(clients, board, new HubJobStore(new Contexts(directory)));
        tracker = new HubTracker(
            clients, board, book, new HubJobReader(clients, book, catalogue, latencies, pace, clock), new HubFollowUps(book, catalogue, pace, clock, NullLogger<HubFollowUps>.Instance), pace, clock, NullLogger<HubTracker>.Instance);
        return tracker;
    }

    private Task AdvanceUntilAsync(string what, Func<bool> fits) => Until.TrueAsync(what, () =>
    {
        time.Advance(TimeSpan.FromMilliseconds(500));
        return fits();
    }, TimeSpan.FromMinutes(2));

    private sealed class Contexts(TemporaryDirectory directory) : IDbContextFactory<MeshDbContext>
    {
        public MeshDbContext CreateDbContext() => new(new DbContextOptionsBuilder<MeshDbContext>().UseSqlite($"Data Source={directory["hub.db"]};Pooling=False").Options);
    }

    private sealed class Configuration(QaiHubConfig config) : IHubConfiguration
    {
        public bool IsEmulated => false;

        public string Key => "hub.example";

        public Uri Address => config.ApiUrl;

        public HubSettings Settings => throw new NotSupportedException();

        public ConfigSearch Search() => new(config, null, []);
    }
}
