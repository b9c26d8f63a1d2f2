using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Nobody is told of what is not in the database, and what the database does not take is not lost.</summary>
public sealed class StoredBeforeToldTests
{
    private const string Break = "CREATE TRIGGER broken BEFORE INSERT ON Journal BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    private const string Repair = "DROP TRIGGER broken";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_ThatAReaderGets_AreInTheDatabaseAlready()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        var id = await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "hello") with { Options = new EchoOptions(30) });

        JobEvent? last = null;
        await foreach (var item in (await mesh.Jobs.EventsAsync(id, 0, Test))!)
        {
            Assert.True(item.Sequence <= await mesh.SqlAsync($"SELECT MAX(Last) FROM Journal WHERE JobId = '{id}'"), $"{item} was told before it was stored.");
            last = item.Event;
        }

        Assert.IsType<JobEnded>(last);
        Assert.Equal(0, mesh.Jobs.SubscriberCount);
    }

    [Fact]
    public async Task Watch_ViewsThatAReaderGets_AreInTheDatabaseAlready()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await using var live = (await mesh.Jobs.WatchAsync(id, Test))!;
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        one.Runs.Single().Text("one ").Text("two").Succeed();

        await foreach (var item in live.Changes(Test))
        {
            Assert.True(item.View.Version <= await mesh.SqlAsync($"SELECT MAX(Last) FROM Journal WHERE JobId = '{id}'"));
        }

        Assert.Equal("one two", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Submit_DatabaseDoesNotTakeIt_IsToldAndNothingIsStored()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        await mesh.SqlAsync(Break);

        var (answer, problem) = await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""");

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("storage_failed", problem.GetProperty("code").GetString());
        Assert.Contains("disk is full", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await mesh.SqlAsync("SELECT COUNT(*) FROM Jobs"));

        await mesh.SqlAsync(Repair);
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()))).State);
    }

    [Fact]
    public async Task Reports_DatabaseDoesNotTakeThem_WaitAndAreStoredWhenItDoes()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        await mesh.SqlAsync(Break);

        one.Runs.Single().Text("not lost").Succeed();
        // Another job's refusal shows that the writer has met the trouble meanwhile.
        Assert.NotNull((await mesh.Jobs.SubmitAsync(Samples.Request(), Test)).Refused);
        Assert.False((await mesh.Jobs.GetAsync(id, Test))!.IsFinished);
        await mesh.SqlAsync(Repair);

        var job = await mesh.EndedAsync(id);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal("not lost", job.Result!.Text);
    }

    [Fact]
    public async Task Submit_DatabaseLockedForAMoment_WaitsAndIsStored()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        List<Task<JobId>> submitting;
        await using (var other = await mesh.Services.GetRequiredService<IDbContextFactory<MeshDbContext>>().CreateDbContextAsync(Test))
        {
            await using var writing = await other.Database.BeginTransactionAsync(Test);
            submitting = [.. Enumerable.Range(0, 30).Select(n => mesh.SubmitAsync(Samples.Request(JobKind.Echo, $"{n}")))];
            Assert.Equal(0, await mesh.SqlAsync("SELECT COUNT(*) FROM Jobs"));
            await writing.RollbackAsync(Test);
        }

        foreach (var id in await Task.WhenAll(submitting))
        {
            Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(id)).State);
        }
    }

    [Fact]
    public async Task History_OverItsQuota_LosesTheOldestEndedJobs()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxStoredJobs", "2"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var open = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(open, v => v.Tasks is [{ State: TaskState.Running }]);
        one.OnRun = run => run.Started().Succeed();
        List<JobId> ended = [];
        for (var n = 0; n < 3; n++)
        {
            ended.Add(await mesh.SubmitAsync(Samples.Request()));
            var job = await mesh.EndedAsync(ended[^1]);
            await Support.Until.TrueAsync("the next millisecond", () => TimeProvider.System.GetUtcNow() > job.CreatedAt.AddMilliseconds(2));
        }

        Assert.Equal(1, await mesh.Services.GetRequiredService<HistoryQuota>().ApplyAsync(Test));

        Assert.Null(await mesh.Jobs.GetAsync(ended[0], Test));
        Assert.Equal([ended[2].Value, ended[1].Value, open.Value], (await mesh.Jobs.ListAsync(JobQuery.First(10), Test)).Items.Select(j => j.Id.Value));
    }

    [Fact]
    public async Task Submit_OneOfManyConflicts_TheOthersAreStored()
    {
        await using var mesh = await MeshHost.StartAsync();
        var stranger = Samples.Job(JobState.Queued);
        ImmutableArray<JobEvent> submitted = [new JobSubmitted(Samples.Now, stranger.Id, stranger.Request, stranger.Title, null)];
        await mesh.Journal.AppendAsync(stranger, 1, submitted);
        var others = Enumerable.Range(0, 20).Select(_ => Samples.Job(JobState.Queued)).ToList();

        var conflict = mesh.Journal.AppendAsync(stranger, 1, submitted);
        var fine = others.Select(o => mesh.Journal.AppendAsync(o, 1, [new JobSubmitted(Samples.Now, o.Id, o.Request, o.Title, null)])).ToList();

        await Task.WhenAll(fine);
        await Assert.ThrowsAsync<JournalException>(() => conflict);
        Assert.Equal(21, await mesh.SqlAsync("SELECT COUNT(*) FROM Journal"));
    }

    [Fact]
    public async Task Subscribers_AfterTheirEnd_AreGone()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var reading = ReadAsync((await mesh.Jobs.EventsAsync(id, 0, stop.Token))!, stop.Token);
        await Support.Until.TrueAsync("the reader to be there", () => mesh.Jobs.SubscriberCount == 1);

        await stop.CancelAsync();
        await reading;

        await Support.Until.TrueAsync("the reader to be gone", () => mesh.Jobs.SubscriberCount == 0);
    }

    private static async Task ReadAsync(IAsyncEnumerable<SequencedEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in events.WithCancellation(cancellationToken))
            {
                Assert.True(item.Sequence > 0);
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
