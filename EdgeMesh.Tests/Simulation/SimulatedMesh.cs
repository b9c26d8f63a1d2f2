using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Simulation;

/// <summary>Plays a <see cref="World"/> against the real orchestrator, with devices that do as the world says; then lets everything end, and checks it.</summary>
internal sealed class SimulatedMesh
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);
    private readonly Lock gate = new();
    private readonly SimulatedDashboard dashboard;
    private readonly World world;
    private readonly List<FakeDevice> devices = [];
    private readonly List<SimulatedJob> jobs;
    private readonly List<SimulatedRun> live = [];
    private int submitted;

    private SimulatedMesh(SimulatedDashboard dashboard, World world)
    {
        (this.dashboard, this.world) = (dashboard, world);
        jobs = [.. world.Jobs.Select((h, i) => new SimulatedJob($"j{i}", i % 2 == 0 ? JobKind.Echo : JobKind.Summarize, h))];
    }

    private MeshHost Mesh => dashboard.Mesh;

    // A text that broke off goes on there, but for one device of three, which writes it anew.
    private RuntimeInfo Engine(int device) => new(
        "engine", "Engine", RuntimeState.Ready, null, [new ModelInfo("words", [Skill.Summarize], 1_000_000, 8_192, 3) { Continues = device < 3 }], [TaskKind.LlmGenerate], AcceleratorKind.CPU);

    private async Task LinkAsync(FakeDevice device) => await Mesh.LinkAsync(device, true, Engine(devices.IndexOf(device) + 1));

    /// <summary>Plays the world on devices of its own.</summary>
    /// <param name="name">Of the world, in the names of its devices.</param>
    public static async Task PlayAsync(SimulatedDashboard dashboard, World world, string name)
    {
        var simulated = new SimulatedMesh(dashboard, world);
        for (var i = 1; i <= world.Devices; i++)
        {
            var device = await dashboard.Mesh.JoinAsync($"{name}d{i}", true, simulated.Engine(i));
            device.Slots = 2;
            device.OnRun = run => simulated.Take(device, run);
            simulated.devices.Add(device);
        }

        try
        {
            await simulated.PlayAsync();
        }
        finally
        {
            foreach (var device in simulated.devices)
            {
                await dashboard.Mesh.Fleet.ForgetAsync(device.Id, CancellationToken.None);
            }
        }
    }

    private void Take(FakeDevice device, FakeRun run)
    {
        var job = jobs.Single(j => j.Tag == run.Request.Text);
        var taken = new SimulatedRun(job, device, run);
        job.Runs.Enqueue(taken);
        lock (gate)
        {
            live.Add(taken);
        }
    }

    private async Task PlayAsync()
    {
        foreach (var (turn, whose) in world.Turns)
        {
            await PlayAsync(turn, whose);
            await Task.Delay(Pace, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        while (submitted < jobs.Count)
        {
            await SubmitAsync();
        }

        await CalmAsync();
        foreach (var job in jobs)
        {
            dashboard.Count(await Invariants.HoldAsync(Mesh, job, devices.Count));
        }

        await Invariants.NothingIsLeftAsync(Mesh, devices);
    }

    private async Task PlayAsync(Turn turn, int whose)
    {
        switch (turn)
        {
            case Turn.Submit when submitted < jobs.Count && devices.Exists(IsLinked):
                await SubmitAsync();
                break;
            case Turn.Go when Pick(Live(), whose) is { } run:
                run.Go();
                break;
            case Turn.Cut when Pick([.. devices.Where(IsLinked)], whose) is { } device:
                await Mesh.CutAsync(device);
                break;
            case Turn.Link when Pick([.. devices.Where(d => !IsLinked(d))], whose) is { } device:
                await LinkAsync(device);
                break;
            case Turn.Restart when Pick(devices, whose) is { } device:
                await RestartAsync(device);
                break;
            case Turn.Cancel when Pick([.. jobs.Where(j => j.Id is not null)], whose) is { } job:
                job.IsCancelled |= await Mesh.Jobs.CancelAsync(job.Id!.Value, "the simulation", TestContext.Current.CancellationToken) is null;
                break;
            case Turn.Late when Pick([.. jobs.Where(j => j.Runs.Count > 1)], whose) is { } job:
                await LateReports.SendAsync(Mesh, job.Id!.Value);
                break;
            case Turn.Twice when Pick([.. jobs.Where(j => j.Id is not null)], whose) is { } job:
                await LateReports.RepeatAsync(Mesh, job.Id!.Value);
                break;
            case Turn.Overdue:
                await dashboard.OverdueAsync();
                break;
            case Turn.Kill:
                await KillAsync();
                break;
        }
    }

    private static T? Pick<T>(List<T> among, int whose)
        where T : class => among.Count == 0 ? null : among[whose % among.Count];

    private bool IsLinked(FakeDevice device) => Mesh.Links.Find(device.Id) is not null;

    private List<SimulatedRun> Live()
    {
        lock (gate)
        {
            live.RemoveAll(r => r.IsOver);
            return [.. live];
        }
    }

    private async Task SubmitAsync()
    {
        var job = jobs[submitted];
        // Three callers take turns.
        Actors.Enter(new Actor("caller", new Guid(submitted % 3, 0, 0, new byte[8]), "", Scopes.Admin));
        var outcome = await Mesh.Jobs.SubmitAsync(Request(job), TestContext.Current.CancellationToken);
        if (outcome.Id is { } id)
        {
            job.Id = id;
            submitted++;
        }
        else
        {
            // Nobody can take it now; in calm it must be taken.
            Assert.False(devices.TrueForAll(IsLinked), $"It was refused although every device is linked: {outcome}");
            await LinkAsync(devices.First(d => !IsLinked(d)));
        }
    }

    private static JobRequest Request(SimulatedJob job) => job.Kind == JobKind.Echo
        ? Samples.Request(JobKind.Echo, job.Tag) with { Options = new EchoOptions(1) }
        : Samples.Request(text: job.Tag);

    private async Task KillAsync()
    {
        foreach (var device in devices.Where(IsLinked))
        {
            await Mesh.CutAsync(device);
        }

        await dashboard.KillAsync();
    }

    private async Task RestartAsync(FakeDevice device)
    {
        if (IsLinked(device))
        {
            await Mesh.CutAsync(device);
        }

        device.Restart();
        await LinkAsync(device);
    }

    // No more faults: everything is linked, every attempt comes to its end.
    private async Task CalmAsync()
    {
        foreach (var device in devices.Where(d => !IsLinked(d)))
        {
            await LinkAsync(device);
        }

        await Until.TrueAsync(
            $"every job of a world of {world} to end",
            async () =>
            {
                Live().ForEach(r => r.Go(kind: true));
                return (await Task.WhenAll(jobs.Select(j => Mesh.Jobs.GetAsync(j.Id!.Value, TestContext.Current.CancellationToken)))).All(v => v!.IsFinished);
            },
            EndsWithin);
    }
}
