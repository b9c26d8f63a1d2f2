using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A task whose device takes far longer than predicted is started on a second one as well, and one of the two counts.</summary>
public sealed class HedgeTests
{
    private static readonly TimeSpan FarTooLong = TimeSpan.FromMinutes(2);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hedge_IsDoneFirst_ItsTextReplacesTheFirstsAndThatOneIsStopped()
    {
        await using var hedged = await HedgedJob.StartAsync();
        hedged.First.Text("slow ");
        await hedged.ShowsAsync("slow ");
        hedged.Second.Text("fast ");
        hedged.First.Text("and slower ");
        await hedged.ShowsAsync("slow and slower ");
        var attempts = (await hedged.Mesh.GetAsync($"/api/jobs/{hedged.Id}")).GetProperty("tasks")[0].GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal(["1 Running", "2 Running"], attempts.Select(a => $"{a.GetProperty("number")} {a.GetProperty("state")}"));

        hedged.Second.Text("and done").Succeed();
        var job = await hedged.Mesh.EndedAsync(hedged.Id);

        Assert.Equal((JobState.Succeeded, "fast and done"), (job.State, job.Result!.Text));
        Assert.Equal([AttemptState.Superseded, AttemptState.Succeeded], job.Tasks[0].Attempts.Select(a => a.State));
        Assert.Contains("A second device was asked because", job.Tasks[0].Current!.PlacementReason, StringComparison.Ordinal);
        await Until.TrueAsync("the first device to be told to stop", () => hedged.First.HasEnded);
        Assert.Equal([1, 1, 2, 2], (await hedged.EventsAsync()).OfType<OutputAppended>().Select(e => e.Number));
        await hedged.NothingIsLeftAsync();
    }

    [Fact]
    public async Task First_IsDoneFirst_TheSecondIsStoppedAndNothingOfItIsTold()
    {
        await using var hedged = await HedgedJob.StartAsync();
        hedged.Second.Text("half of ");
        hedged.First.Text("whole").Succeed();

        var job = await hedged.Mesh.EndedAsync(hedged.Id);

        Assert.Equal((JobState.Succeeded, "whole"), (job.State, job.Result!.Text));
        Assert.Equal([AttemptState.Succeeded, AttemptState.Superseded], job.Tasks[0].Attempts.Select(a => a.State));
        await Until.TrueAsync("the second device to be told to stop", () => hedged.Second.HasEnded);
        Assert.All((await hedged.EventsAsync()).OfType<OutputAppended>(), e => Assert.Equal(1, e.Number));
        await hedged.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Second_Fails_TheFirstGoesOnAndNoThirdIsAsked()
    {
        await using var hedged = await HedgedJob.StartAsync();
        await hedged.Mesh.JoinAsync("Three");
        hedged.Second.Fail("RuntimeDown", "the engine stopped");
        await hedged.Mesh.JobAsync(hedged.Id, v => v.Tasks[0].Attempts[1].State == AttemptState.Failed);
        await hedged.LookAsync();
        hedged.First.Text("whole").Succeed();

        var job = await hedged.Mesh.EndedAsync(hedged.Id);
        Assert.Equal((JobState.Succeeded, "whole"), (job.State, job.Result!.Text));
        Assert.Equal([AttemptState.Succeeded, AttemptState.Failed], job.Tasks[0].Attempts.Select(a => a.State));
    }

    [Fact]
    public async Task First_Fails_TheSecondLeadsWithAllItWrote()
    {
        await using var hedged = await HedgedJob.StartAsync();
        hedged.First.Text("slow ");
        hedged.Second.Text("fast ");
        await hedged.ShowsAsync("slow ");
        hedged.First.Fail("RuntimeDown", "the engine stopped");
        await hedged.Mesh.JobAsync(hedged.Id, v => v.Tasks[0].Current is { Number: 2 });
        hedged.Second.Text("and on ");
        await hedged.ShowsAsync("fast and on ");
        hedged.Second.Text("and done").Succeed();

        var job = await hedged.Mesh.EndedAsync(hedged.Id);
        Assert.Equal((JobState.Succeeded, "fast and on and done"), (job.State, job.Result!.Text));
        Assert.Equal([AttemptState.Failed, AttemptState.Succeeded], job.Tasks[0].Attempts.Select(a => a.State));
    }

    [Fact]
    public void Progress_IsThatOfTheOneThatLeads()
    {
        var job = Samples.Job();
        var first = job.Tasks[0].Attempts[0];
        var both = job with { Tasks = [job.Tasks[0] with { Lead = 1, Attempts = [first, first with { Number = 2, IsHedge = true }] }] };
        JobFeed feed = new();
        feed.Publish(both, both.Version, []);
        (AttemptId one, AttemptId two) = (new(job.Id, new TaskId(1), 1), new(job.Id, new TaskId(1), 2));
        Assert.Equal((true, false), (feed.IsLeading(one), feed.IsLeading(two)));

        feed.Progress(two, new LiveProgress(0.9, null));
        feed.Progress(one, new LiveProgress(0.2, null));
        feed.Progress(two, null);
        Assert.Equal([0.2, null], ((AttemptId[])[one, two]).Select(a => feed.Pulse(a, Samples.Now.AddSeconds(1))!.Value.Progress));

        // How far the first one was says nothing of the second.
        feed.Publish(both with { Tasks = [both.Tasks[0] with { Lead = 2 }] }, both.Version, []);
        Assert.Null(feed.Pulse(two, Samples.Now.AddSeconds(1))!.Value.Progress);
        feed.Progress(two, new LiveProgress(0.95, null));
        Assert.Equal(0.95, feed.Pulse(two, Samples.Now.AddSeconds(1))!.Value.Progress);
    }

    [Fact]
    public async Task Both_Fail_TheTaskIsTriedOnAThirdDevice()
    {
        await using var hedged = await HedgedJob.StartAsync();
        hedged.Second.Fail("RuntimeDown", "the engine stopped");
        await hedged.Mesh.JobAsync(hedged.Id, v => v.Tasks[0].Attempts[1].State == AttemptState.Failed);
        (await hedged.Mesh.JoinAsync("Three")).OnRun = run => run.Started().Text("at last").Succeed();
        hedged.First.Fail("RuntimeDown", "the engine stopped");

        var job = await hedged.Mesh.EndedAsync(hedged.Id);
        Assert.Equal((JobState.Succeeded, "at last"), (job.State, job.Result!.Text));
        Assert.Equal([AttemptState.Failed, AttemptState.Failed, AttemptState.Succeeded], job.Tasks[0].Attempts.Select(a => a.State));
    }

    [Fact]
    public async Task Cancel_EndsBoth()
    {
        await using var hedged = await HedgedJob.StartAsync();
        hedged.First.Text("half of it");
        hedged.Second.Text("another half");
        await hedged.ShowsAsync("half of it");
        Assert.Null(await hedged.Mesh.Jobs.CancelAsync(hedged.Id, "me", Test));

        var job = await hedged.Mesh.EndedAsync(hedged.Id);
        Assert.Equal((JobState.Cancelled, "half of it"), (job.State, job.Result!.Text));
        await Until.TrueAsync("both devices to be told to stop", () => hedged.First.HasEnded && hedged.Second.HasEnded);
        await hedged.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Dashboard_StartedAnew_ListensToBothAgain()
    {
        using var data = new TemporaryDirectory();
        var hedged = await HedgedJob.StartAsync(data["data"]);
        await using (hedged)
        {
            hedged.First.Text("slow ");
            hedged.Second.Text("fast ");
            await hedged.ShowsAsync("slow ");
        }

        await using var next = await MeshHost.StartAsync(data["data"]);
        foreach (var device in hedged.Devices)
        {
            await next.LinkAsync(device);
        }

        hedged.First.Text("and slower ");
        await next.JobAsync(hedged.Id, v => v.Tasks[0] is { Current.Output.Text: "slow and slower ", Attempts: [{ State: AttemptState.Running }, { State: AttemptState.Running }] });
        hedged.Second.Text("and done").Succeed();

        Assert.Equal("fast and done", (await next.EndedAsync(hedged.Id)).Result!.Text);
        await Until.TrueAsync("the first device to be told to stop", () => hedged.First.HasEnded);
    }

    [Fact]
    public async Task First_DoesNotComeBack_IsLostAndTheSecondLeads()
    {
        await using var hedged = await HedgedJob.StartAsync(null, ("EdgeMesh:Orchestrator:ReattachFor", "00:00:01"));
        await hedged.Mesh.CutAsync(hedged.Devices.Single(d => d.Runs.Contains(hedged.First)));
        var task = (await hedged.Mesh.JobAsync(hedged.Id, v => v.Tasks[0].Current is { Number: 2 })).Tasks[0];
        Assert.Equal([ReasonCode.Lost, null], task.Attempts.Select(a => a.Reason));

        hedged.Second.Text("done").Succeed();
        Assert.Equal("done", (await hedged.Mesh.EndedAsync(hedged.Id)).Result!.Text);
    }

    [Fact]
    public async Task Hedge_ADeviceThatWasBusyByThen_IsNotAskedAndTheFirstGoesOn()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run => run.Started();
        foreach (var n in Enumerable.Range(0, 4))
        {
            await mesh.SubmitAsync(Samples.Request(text: $"Work {n}."));
        }

        await Until.TrueAsync("two to run on each", () => one.Runs.Count == 2 && two.Runs.Count == 2);
        var first = await mesh.JobAsync(new JobId(one.Runs.First().Request.JobId), v => v.Tasks is [{ State: TaskState.Running }]);
        var elsewhere = first.Plan!.Placements[0] with { Device = two.Id, DeviceName = two.Name };

        // As if the device had been free on the snapshot of the decision.
        Assert.True(await mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(first.Id.Value).HedgeAsync(new AttemptId(first.Id, new TaskId(1), 1), elsewhere));

        var busy = await mesh.JobAsync(first.Id, v => v.Tasks[0].Attempts is [_, { State: AttemptState.Failed }]);
        Assert.Equal((ReasonCode.Busy, 1), (busy.Tasks[0].Attempts[1].Reason, busy.Tasks[0].Current!.Number));
        Assert.Equal(2, two.Runs.Count);
    }

    /// <summary>A job that two devices work on.</summary>
    private sealed class HedgedJob : IAsyncDisposable
    {
        public required MeshHost Mesh { get; init; }

        public required JobId Id { get; init; }

        public required ImmutableArray<FakeDevice> Devices { get; init; }

        public FakeRun First => Run(1);

        public FakeRun Second => Run(2);

        public static async Task<HedgedJob> StartAsync(string? data = null, params (string Key, string Value)[] settings)
        {
            SetClock clock = new();
            var mesh = await MeshHost.StartAsync(clock, data, settings);
            ImmutableArray<FakeDevice> devices = [await mesh.JoinAsync("One"), await mesh.JoinAsync("Two")];
            foreach (var device in devices)
            {
                device.OnRun = run => run.Started();
            }

            var id = await mesh.SubmitAsync(Samples.Request());
            await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
            HedgedJob hedged = new() { Mesh = mesh, Id = id, Devices = devices };
            clock.Advance(FarTooLong);
            await hedged.LookAsync();
            await mesh.JobAsync(id, v => v.Tasks is [{ Attempts: [{ State: AttemptState.Running }, { State: AttemptState.Running, IsHedge: true }] }]);
            return hedged;
        }

        public async Task LookAsync() => await Mesh.Services.GetRequiredService<Hedges>().LookAsync(Test);

        public Task ShowsAsync(string text) => Mesh.JobAsync(Id, v => v.Tasks[0].Current!.Output.Text == text);

        public async Task<IEnumerable<JobEvent>> EventsAsync() => (await Mesh.Journal.ReadAsync(Id, 0, Test)).Select(e => e.Event);

        /// <summary>The books of every device are empty.</summary>
        public Task NothingIsLeftAsync() => Until.TrueAsync(
            "every device to have nothing to do", () => Mesh.Fleet.Current.Devices.All(d => d is { QueuedCount: 0, Lanes.IsEmpty: true, InUse.IsEmpty: true, Running.IsEmpty: true }));

        public ValueTask DisposeAsync() => Mesh.DisposeAsync();

        private FakeRun Run(int attempt) => Devices.SelectMany(d => d.Runs).Single(r => r.Request.Attempt == attempt);
    }
}
