using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A machine with 23 GB whose engine has a model of 9 GB, through the dashboard as it is.</summary>
public sealed class ResidentModelTests
{
    private const long Gb = 1L << 30;
    private static readonly JobRequest Chat = Samples.Request(JobKind.Chat, "What is a tide?") with { Model = "big" };

    [Fact]
    public async Task Chats_OnABigModelThatIsInUse_WaitWithAnHonestTimeAndRun()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Engine(resident: null));

        one.Slots = 1;
        one.OnRun = run => run.Started();
        var first = await mesh.SubmitAsync(Chat);
        await mesh.JobAsync(first, v => v.Tasks is [{ State: TaskState.Running }]);

        // The engine has not told yet that the model is in memory: what was measured as free is gone, and promised as well.
        await BeatAsync(mesh, one, 9_116, null);
        Assert.Null(mesh.Jobs.Preview(Chat).Refusal);
        await BeatAsync(mesh, one, 9_116, Engine(resident: 9 * Gb));
        await Until.TrueAsync("the model to be told as resident", () => mesh.Fleet.Current.Find(one.Id) is { ReservedRamMb: 0, Running.Length: 1 });

        var told = new List<double>();
        var ids = new List<JobId> { first };
        for (var n = 2; n <= 3; n++)
        {
            var preview = mesh.Jobs.Preview(Chat);
            told.Add(preview.Plan!.Placements.Single().Predicted.WaitMs);
            ids.Add(await mesh.SubmitAsync(Chat));
            await Until.TrueAsync("it to be told", () => mesh.Fleet.Current.Find(one.Id)!.QueuedCount == n - 1);
        }

        var own = mesh.Jobs.Preview(Chat).Plan!.Placements.Single().Predicted.WorkP50Ms;
        Assert.InRange(told[0] / own, 0.5, 1.5);
        Assert.InRange((told[1] - told[0]) / own, 0.7, 1.3);
        for (var n = 0; n < 3; n++)
        {
            one.Runs.ElementAt(n).Text("An answer.").Succeed();
            Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(ids[n])).State);
        }

        Assert.Equal(3, one.Runs.Count);
    }

    [Fact]
    public async Task Chat_OnAnotherBigModel_WaitsHereUntilTheOneInUseHasEnded()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Engine(resident: 9 * Gb));
        one.OnRun = run => run.Started();
        await BeatAsync(mesh, one, 9_116, null);
        var first = await mesh.SubmitAsync(Chat);
        await mesh.JobAsync(first, v => v.Tasks is [{ State: TaskState.Running }]);
        await Until.TrueAsync("it to be told", () => mesh.Fleet.Current.Find(one.Id)!.Running.Length == 1);

        var second = await mesh.SubmitAsync(Chat with { Model = "other" });
        await Until.TrueAsync("it to wait", () => mesh.Fleet.Current.Find(one.Id)!.QueuedCount == 1);
        Assert.Contains("Waits until big has ended there: other needs", (await mesh.JobAsync(second, v => v.Plan is not null)).Plan!.Placements[0].Reason, StringComparison.Ordinal);
        Assert.Single(one.Runs);

        // Nobody uses the first model any more, so the engine makes room.
        one.OnRun = run => run.Started().Text("An answer.").Succeed();
        one.Runs.Single().Text("An answer.").Succeed();
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(second)).State);
        Assert.Equal(["big", "other"], one.Runs.Select(r => r.Request.ModelId));
    }

    [Fact]
    public async Task Chat_MemoryIsGoneWhenItsTurnComes_FailsWithTheShortfall()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Engine(resident: null) with { Slots = 1 });
        one.OnRun = run => run.Started();
        var first = await mesh.SubmitAsync(Chat);
        await mesh.JobAsync(first, v => v.Tasks is [{ State: TaskState.Running }]);
        await Until.TrueAsync("it to be told", () => mesh.Fleet.Current.Find(one.Id)!.Running.Length == 1);
        var second = await mesh.SubmitAsync(Chat with { Model = "other" });
        await Until.TrueAsync("it to wait", () => mesh.Fleet.Current.Find(one.Id)!.QueuedCount == 1);

        await BeatAsync(mesh, one, 2_000, null);
        one.Runs.Single().Text("An answer.").Succeed();
        var job = await mesh.EndedAsync(second);
        Assert.Equal((JobState.Failed, ReasonCode.OutOfMemory), (job.State, job.Tasks[0].Attempts[0].Reason));
        Assert.Contains("MB too few", job.Error!.Detail, StringComparison.Ordinal);
    }

    private static RuntimeInfo Engine(long? resident) => new(
        "engine", "Engine", RuntimeState.Ready, null,
        [
            new ModelInfo("big", [Skill.Chat], 9 * Gb, 8_192, 4, KvBytesPerToken: 65_536, ResidentBytes: resident),
            new ModelInfo("other", [Skill.Chat], 8 * Gb, 8_192, 4, KvBytesPerToken: 65_536),
        ],
        [TaskKind.LlmGenerate], null, Slots: 1);

    private static async Task BeatAsync(MeshHost mesh, FakeDevice device, long freeMb, RuntimeInfo? engine)
    {
        var report = engine is null ? null : new RuntimeReport([Samples.BuiltIn, engine], true, []);
        await mesh.Services.GetRequiredService<ILinkSink>().BeatAsync(
            mesh.Links.Find(device.Id)!, Samples.Telemetry() with { At = TimeProvider.System.GetUtcNow(), RamFreeMb = freeMb }, report, 0.5);
        await Until.TrueAsync("the beat to be told", () => mesh.Fleet.Current.Find(device.Id)!.Telemetry!.RamFreeMb == freeMb);
    }
}
