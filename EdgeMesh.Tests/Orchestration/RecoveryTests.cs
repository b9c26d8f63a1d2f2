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
    public async Task Start_AfterAStopDuringAJob_TheJobGoesOn()
    {
        using var data = new TemporaryDirectory();
        FakeDevice one;
        JobId id;
        await using (var first = await MeshHost.StartAsync(data["data"]))
        {
            (one, id) = await RunningHalfAsync(first);
        }

        await using var second = await MeshHost.StartAsync(data["data"]);
        Assert.Equal(JobState.Running, (await second.Jobs.GetAsync(id, Test))!.State);
        await second.LinkAsync(one);
        Second(one).Text(" in two").Succeed();

        await AssertWholeAsync(second, one, id);
    }

    [Fact]
    public async Task Start_FromWhatAKilledProcessLeft_TakesWhatWasDoneMeanwhileOnce()
    {
        using var data = new TemporaryDirectory();
        await using var first = await MeshHost.StartAsync(data["data"]);
        var (one, id) = await RunningHalfAsync(first);

        // What is on the disk now is what a SIGKILL would leave: committed pages, most of them in the write-ahead log.
        CopyDatabase(data["data"], data["copy"]);
        await first.CutAsync(one);
        Second(one).Text(" in two").Succeed();
        await using var second = await MeshHost.StartAsync(data["copy"]);
        Assert.Equal(DeviceState.Lost, second.Fleet.Current.Devices.Single().State);
        await second.LinkAsync(one);

        await AssertWholeAsync(second, one, id);
    }

    [Fact]
    public async Task Start_AndTheDeviceNeverComesBack_TheJobHasItsHonestEnd()
    {
        using var data = new TemporaryDirectory();
        JobId id;
        await using (var first = await MeshHost.StartAsync(data["data"]))
        {
            (_, id) = await RunningHalfAsync(first);
        }

        await using var second = await MeshHost.StartAsync(data["data"], ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:01"));
        var job = await second.EndedAsync(id);

        Assert.Equal((JobState.PartiallySucceeded, "lost"), (job.State, job.Error!.Code));
        Assert.Equal("finished", job.Tasks[0].Current!.Output.Text);
        Assert.Contains("One did not come back", job.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithACancelledJob_StopsIt()
    {
        using var data = new TemporaryDirectory();
        FakeDevice one;
        JobId id;
        await using (var first = await MeshHost.StartAsync(data["data"]))
        {
            (one, id) = await RunningHalfAsync(first);
            Second(one).OnCancel = _ => { };
            await first.Jobs.CancelAsync(id, "me", Test);
        }

        await using var second = await MeshHost.StartAsync(data["data"]);
        Assert.Equal(JobState.Cancelled, (await second.EndedAsync(id)).State);
        Second(one).OnCancel = run => run.Fail("Cancelled", "It was cancelled.");
        await second.LinkAsync(one);
        await Until.TrueAsync("the device to stop it", () => Second(one).HasEnded);
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

        await using var second = await MeshHost.StartAsync(data["copy"], ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:01"));

        Assert.Equal("early", (await second.Jobs.GetAsync(early, Test))!.Result!.Text);
        var stored = await second.Journal.ReadAsync(late, 0, Test);
        Assert.Equal(Enumerable.Range(1, stored.Length).Select(n => (long)n), stored.Select(e => e.Sequence));
        // A job without its last events goes on; one without any is not there.
        if (await second.Jobs.GetAsync(late, Test) is not null)
        {
            Assert.True((await second.EndedAsync(late)).IsFinished);
        }
    }

    [Fact]
    public async Task Start_OneUnreadableJob_TheOthersAreStillRecovered()
    {
        using var data = new TemporaryDirectory();
        await using var first = await MeshHost.StartAsync(data["data"]);
        var (one, id) = await RunningHalfAsync(first);
        var broken = Samples.Job(JobState.Queued);
        await first.Journal.AppendAsync(broken, 1, [new JobSubmitted(Samples.Now, broken.Id, broken.Request, broken.Title, null)]);
        await first.SqlAsync($"UPDATE Journal SET Events = x'7b' WHERE JobId = '{broken.Id}'");
        CopyDatabase(data["data"], data["copy"]);

        await first.CutAsync(one);
        await using var second = await MeshHost.StartAsync(data["copy"]);
        await second.LinkAsync(one);
        Second(one).Text(" in two").Succeed();

        await AssertWholeAsync(second, one, id);
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
    private static async Task<(FakeDevice One, JobId Job)> RunningHalfAsync(MeshHost mesh)
    {
        var one = await mesh.JoinAsync("One");
        one.OnRun = run =>
        {
            run.Started();
            if (run.Request.TaskId == "t1")
            {
                run.Text("finished").Succeed();
            }
            else
            {
                run.Text("cut");
            }
        };
        var id = await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "x") with { Options = new EchoOptions(2) });
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Succeeded }, { State: TaskState.Running, Current.Output.Text: "cut" }]);
        return (one, id);
    }

    private static async Task AssertWholeAsync(MeshHost mesh, FakeDevice device, JobId id)
    {
        var job = await mesh.EndedAsync(id);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(["finished", "cut in two"], job.Tasks.Select(t => t.Current!.Output.Text));
        Assert.All(job.Tasks, t => Assert.Single(t.Attempts));
        Assert.Equal(2, device.Runs.Count);
        await Until.TrueAsync("the end to be acknowledged", () => device.Acknowledged.Any(a => a.TaskId == "t2"));
    }

    private static FakeRun Second(FakeDevice device) => device.Runs.Single(r => r.Request.TaskId == "t2");

    private static void CopyDatabase(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "edgemesh.db*").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
