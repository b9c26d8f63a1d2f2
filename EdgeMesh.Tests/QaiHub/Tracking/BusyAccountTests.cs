using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>Accounts and organizations with many jobs: one's own come first, all can be reached, and nobody's are mixed up.</summary>
public sealed class BusyAccountTests : IDisposable
{
    private readonly TrackerMesh mesh = new();

    private FakeHubClient Hub => mesh.Hub;

    public void Dispose() => mesh.Dispose();

    [Fact]
    public async Task Poll_AsksForTheAccountsOwnJobs()
    {
        Hub.Set("jmine", JobState.Created);
        Hub.Set("jhers", JobState.Created);
        Hub.Owners["jhers"] = "grace@example.org";
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        Assert.Equal("jmine", Assert.Single(mesh.Board.Current.Jobs.Items).Id);
        Assert.All(Hub.Queries, q => Assert.Equal("ada@example.org", q.Creator));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Poll_HundredAndFiftyOtherJobsEndAtOnce_OursIsDoneAndFollowedFirst(bool ofTheSameAccount)
    {
        for (var i = 0; i < 150; i++)
        {
            Hub.Set($"jother{i:000}", JobState.OptimizingModel);
            if (!ofTheSameAccount)
            {
                Hub.Owners[$"jother{i:000}"] = "grace@example.org";
            }
        }

        Hub.Set("jours", JobState.OptimizingModel);
        mesh.Start();
        await mesh.Book!.ChangeAsync("jours", _ => TrackerMesh.Compile("jours"), TrackerMesh.Cancelled);
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        foreach (var id in Hub.All.Keys.ToList())
        {
            Hub.Set(id, JobState.Done, target: "mq" + id);
        }

        var before = Hub.Requests.Count;
        await mesh.Tracker.PollAsync(TrackerMesh.Cancelled);
        await Until.TrueAsync("the profile job to be there", () => mesh.Board.Current.Jobs.Find("jours")?.Then?.JobId is not null);

        // Two lists at most, and then our job before all others.
        var asked = Hub.Requests.Skip(before).Select(r => r.What).Where(w => w != "devices").ToList();
        Assert.InRange(asked.IndexOf("get jours"), 0, 3);
        Assert.InRange(asked.Count(w => w.StartsWith("get jother", StringComparison.Ordinal)), 0, 10);
    }

    [Fact]
    public async Task Poll_ManyThatCannotBeRead_HoldUpNoOthers()
    {
        mesh.Start();
        for (var i = 0; i < 30; i++)
        {
            Hub.Set($"j{i:00}", JobState.Failed, failure: "Model input 'image' has dynamic shapes.");
            await mesh.Book!.ChangeAsync($"j{i:00}", _ => TrackerMesh.Compile($"j{i:00}") with { Then = null }, TrackerMesh.Cancelled);
        }

        Hub.Damaged = "j29";
        await Until.TrueAsync("all others to be read", async () =>
        {
            await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
            return mesh.Board.Current.Jobs.Items.Count(j => j.Remedy is not null) == 29;
        });
    }

    [Fact]
    public async Task Poll_MoreThanAPageWasMadeElsewhere_CatchesUp()
    {
        Hub.Set("jfirst", JobState.Done);
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        for (var i = 0; i < 450; i++)
        {
            mesh.Time.Advance(TimeSpan.FromSeconds(1));
            Hub.Set($"j{i:000}", JobState.Done);
        }

        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(451, mesh.Board.Current.Jobs.Items.Length);
        Assert.Equal(0, mesh.Board.Current.Jobs.Older);
    }

    [Fact]
    public async Task Older_JobsBeyondTheFirstPage_AreReachable()
    {
        for (var i = 0; i < 640; i++)
        {
            mesh.Time.Advance(TimeSpan.FromSeconds(1));
            Hub.Set($"j{i:000}", JobState.Done);
        }

        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        Assert.Equal((200, 440L), (mesh.Board.Current.Jobs.Items.Length, mesh.Board.Current.Jobs.Older));
        for (var left = 440L; left > 0; left = mesh.Board.Current.Jobs.Older)
        {
            await mesh.Lists.MoreAsync(Hub, "ada@example.org", TrackerMesh.Cancelled);
            Assert.True(mesh.Board.Current.Jobs.Older < left, $"{left} stay out of reach.");
        }

        Assert.Equal(640, mesh.Board.Current.Jobs.Items.Select(j => j.Id).Distinct().Count());
        Assert.Equal("j000", mesh.Board.Current.Jobs.Items[^1].Id);
    }

    [Fact]
    public async Task Change_JobThatIsTooOldForTheMemory_KeepsWhatWasKnownOfIt()
    {
        // The account is known and its jobs are in memory; this one is not among them.
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        var artifact = new HubArtifact("m.onnx.zip", 3, new string('a', 64), Samples.Now);
        await mesh.Store.SaveAsync(mesh.Clients.Key, TrackerMesh.Compile("jold") with { Artifact = artifact, CreatedAt = Samples.Now.AddYears(-1) }, TrackerMesh.Cancelled);
        Hub.Set("jold", JobState.Done);
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(("m.onnx.zip", true), mesh.Board.Current.Jobs.Find("jold") is { } job ? (job.Artifact?.FileName, job.Here) : default);
    }

    [Fact]
    public async Task Everybody_AreListedWithOwners_AndNotTracked()
    {
        Hub.Set("jmine", JobState.Created);
        Hub.Set("jhers", JobState.Created);
        Hub.Owners["jhers"] = "grace@example.org";
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        var page = await mesh.Lists.EverybodysAsync(Hub, "ada@example.org", 0, "pone", TrackerMesh.Cancelled);
        Assert.Equal("pone", Hub.Queries.Last().Project);
        Assert.Equal([("jhers", true), ("jmine", false)], page.Items.Select(j => (j.Id, j.IsOfOther)).Order());
        Assert.Equal("jmine", Assert.Single(mesh.Board.Current.Jobs.Items).Id);
    }

    [Fact]
    public async Task Accounts_OnOneHost_KeepTheirJobsApart()
    {
        Hub.Set("jada", JobState.OptimizingModel);
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        await mesh.Book!.ChangeAsync("jada", before => before! with { Here = true }, TrackerMesh.Cancelled);

        // Another person's token: the service does not know Ada's jobs under it.
        (mesh.Token, Hub.Mail) = ("another-token", "grace@example.org");
        var adas = Hub.All["jada"];
        Hub.All.Clear();
        Hub.Set("jgrace", JobState.Created);
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        Assert.Equal("jgrace", Assert.Single(mesh.Board.Current.Jobs.Items).Id);

        // And back: what ran is neither failed nor forgotten, also before the service can be asked.
        (mesh.Token, Hub.Mail) = ("a-token-of-the-tests", "ada@example.org");
        Hub.All.Clear();
        Hub.All["jada"] = adas;
        Hub.Failure = new QaiHubException(HubFailure.Unreachable, "It does not answer.", "Wait.");
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(("jada", HubJobState.Optimizing, true), Assert.Single(mesh.Board.Current.Jobs.Items) is { } job ? (job.Id, job.State, job.Here) : default);
    }

    [Fact]
    public async Task Accounts_TokenRenewed_KeepsItsJobs()
    {
        Hub.Set("jada", JobState.OptimizingModel);
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        await mesh.Book!.ChangeAsync("jada", before => before! with { Here = true }, TrackerMesh.Cancelled);
        mesh.Token = "a-new-token-of-ada";
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        Assert.True(Assert.Single(mesh.Board.Current.Jobs.Items).Here);
    }

    [Fact]
    public async Task Accounts_JobsKeptByHostOnly_BecomeTheAccounts()
    {
        mesh.Start();
        await mesh.Store.SaveAsync("hub.example", TrackerMesh.Compile("jold") with { State = HubJobState.Done, Then = null }, TrackerMesh.Cancelled);
        Hub.Set("jold", JobState.Done, target: "mq1");
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.True(Assert.Single(mesh.Board.Current.Jobs.Items).Here);
    }

    [Fact]
    public async Task Poll_JobThatWasThoughtGone_IsFollowedAgain()
    {
        mesh.Start();
        await mesh.Book!.ChangeAsync("jback", _ => TrackerMesh.Compile("jback"), TrackerMesh.Cancelled);
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(HubJobState.Failed, mesh.Board.Current.Jobs.Find("jback")!.State);

        Hub.Set("jback", JobState.Done, target: "mq1");
        await mesh.Tracker.PollAsync(TrackerMesh.Cancelled);
        await Until.TrueAsync("the profile job to follow", () => mesh.Board.Current.Jobs.Find("jback") is { State: HubJobState.Done, Trouble: null, Then.JobId: not null });
    }

    [Fact]
    public async Task Refresh_NobodyLooksAndNothingRuns_AsksNow()
    {
        var tracker = mesh.Start();
        await tracker.StartAsync(TrackerMesh.Cancelled);
        await Until.TrueAsync("the first round", () => mesh.Board.Current.Jobs.PolledAt is not null);
        await Until.TrueAsync("the last round to be a while ago", () => TimeProvider.System.GetUtcNow() - mesh.Board.Current.Jobs.PolledAt > TimeSpan.FromSeconds(2.1));
        Hub.Set("jelsewhere", JobState.Done);
        await tracker.RefreshAsync(TrackerMesh.Cancelled);
        await Until.TrueAsync("the job to be there", () => mesh.Board.Current.Jobs.Find("jelsewhere") is not null);
        await tracker.StopAsync(TrackerMesh.Cancelled);
    }
}
