using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>What the next start makes of what the last one left.</summary>
public sealed class RecoveryTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_AfterAStopDuringAJob_TheJobHasItsHonestEnd()
    {
        using var data = new TemporaryDirectory();
        JobId id;
        await using (var first = await MeshHost.StartAsync(data["data"]))
        {
            id = await RunningHalfAsync(first);
        }

        await using var second = await MeshHost.StartAsync(data["data"]);
        AssertLost((await second.Jobs.GetAsync(id, Test))!);
    }

    [Fact]
    public async Task Start_FromWhatAKilledProcessLeft_MarksOpenJobsLostAndKeepsFinishedTasks()
    {
        using var data = new TemporaryDirectory();
        await using var first = await MeshHost.StartAsync(data["data"]);
        var id = await RunningHalfAsync(first);

        // What is on the disk now is what a SIGKILL would leave: committed pages, most of them in the write-ahead log.
        CopyDatabase(data["data"], data["copy"]);
        await using var second = await MeshHost.StartAsync(data["copy"]);

        AssertLost((await second.Jobs.GetAsync(id, Test))!);
        Assert.Equal(0, await second.SqlAsync("SELECT COUNT(*) FROM Jobs WHERE State IN ('Queued', 'Running')"));
        Assert.Equal(DeviceState.Lost, second.Fleet.Current.Devices.Single().State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(9_000)]
    public async Task Start_TornWrite_KeepsEveryWholeCommitAndStarts(int tornBytes)
    {
        using var data = new TemporaryDirectory();
        await using var first = await MeshHost.StartAsync(data["data"]);
        await first.JoinAsync("One");
        var early = await first.SubmitAsync(Samples.Request(text: "early"));
        await first.EndedAsync(early);
        await first.SqlAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        var late = await first.SubmitAsync(Samples.Request(text: "late"));
        await first.EndedAsync(late);
        CopyDatabase(data["data"], data["copy"]);
        await using (var log = new FileStream(Path.Combine(data["copy"], "edgemesh.db-wal"), FileMode.Open))
        {
            log.SetLength(Math.Max(0, log.Length - tornBytes));
        }

        await using var second = await MeshHost.StartAsync(data["copy"]);

        Assert.Equal("early", (await second.Jobs.GetAsync(early, Test))!.Result!.Text);
        var stored = await second.Journal.ReadAsync(late, 0, Test);
        Assert.Equal(Enumerable.Range(1, stored.Length).Select(n => (long)n), stored.Select(e => e.Sequence));
        Assert.True(await second.Jobs.GetAsync(late, Test) is null or { IsFinished: true });
        Assert.Equal(0, await second.SqlAsync("SELECT COUNT(*) FROM Jobs WHERE State IN ('Queued', 'Running')"));
    }

    [Fact]
    public async Task Start_OneUnreadableJob_TheOthersAreStillRecovered()
    {
        using var data = new TemporaryDirectory();
        await using var first = await MeshHost.StartAsync(data["data"]);
        var id = await RunningHalfAsync(first);
        var broken = Samples.Job(JobState.Queued);
        await first.Journal.AppendAsync(broken, 1, [new JobSubmitted(Samples.Now, broken.Id, broken.Request, broken.Title, null)]);
        await first.SqlAsync($"UPDATE Journal SET Events = x'7b' WHERE JobId = '{broken.Id}'");
        CopyDatabase(data["data"], data["copy"]);

        await using var second = await MeshHost.StartAsync(data["copy"]);

        AssertLost((await second.Jobs.GetAsync(id, Test))!);
    }

    [Fact]
    public async Task Device_AfterARestart_KeepsItsNameItsDrainAndWhatWasLearned()
    {
        using var data = new TemporaryDirectory();
        FakeDevice one;
        await using (var first = await MeshHost.StartAsync(data["data"]))
        {
            one = await first.JoinAsync("One");
            await first.EndedAsync(await first.SubmitAsync(Samples.Request()));
            await Until.TrueAsync("something to be learned", () => first.Fleet.Current.Find(one.Id)!.Calibrations.Count == 1);
            await first.Fleet.RenameAsync(one.Id, "Kitchen", Test);
            await first.Fleet.DrainAsync(one.Id, Test);
        }

        await using var second = await MeshHost.StartAsync(data["data"]);
        await second.LinkAsync(one);

        var device = second.Fleet.Current.Find(one.Id)!;
        Assert.Equal(("Kitchen", DeviceState.Draining, 1), (device.Name, device.State, device.Calibrations.Count));
    }

    /// <summary>An echo of two tasks on one device, of which one has finished and the other runs.</summary>
    private static async Task<JobId> RunningHalfAsync(MeshHost mesh)
    {
        var one = await mesh.JoinAsync("One");
        one.OnRun = run =>
        {
            run.Started();
            if (run.Request.TaskId == "t1")
            {
                run.Text("finished").Succeed();
            }
        };
        var id = await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "x") with { Options = new EchoOptions(2) });
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Succeeded }, { State: TaskState.Running }]);
        return id;
    }

    private static void AssertLost(JobView job)
    {
        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal("lost", job.Error!.Code, ignoreCase: true);
        Assert.NotEmpty(job.Error.Remedy);
        Assert.Equal("finished", job.Tasks[0].Current!.Output.Text);
        Assert.Contains("finished", job.Result!.Text, StringComparison.Ordinal);
        var lost = job.Tasks[1].Current!;
        Assert.Equal((ReasonCode.Lost, true, "interrupted by the dashboard"), (lost.Reason, lost.EndedByDashboard, lost.ReasonWords));
        Assert.DoesNotContain("One", job.Error.Title + job.Error.Detail + job.Error.Remedy, StringComparison.Ordinal);
    }

    private static void CopyDatabase(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "edgemesh.db*").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
