using System.Diagnostics;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>What waits for a device's runtimes, through the dashboard as it is.</summary>
public sealed class LaneTests
{
    private static readonly JobRequest Chat = Samples.Request(JobKind.Chat, "What is a tide?");

    [Fact]
    public async Task Submit_SixChatsOnTwoDevices_TheThirdOfEachIsToldThreeTimesTheTimeNotEight()
    {
        await using var mesh = await MeshHost.StartAsync();
        foreach (var name in (string[])["One", "Two"])
        {
            (await mesh.JoinAsync(name, true, Samples.Ollama with { Slots = 1 })).OnRun = run => run.Started();
        }

        var told = new List<double>();
        for (var n = 1; n <= 6; n++)
        {
            told.Add((await mesh.JobAsync(await mesh.SubmitAsync(Chat), v => v.Predicted is not null)).Predicted!.P50Ms);
            await Until.TrueAsync($"{n} chats to be told", () => mesh.Fleet.Current.Devices.Sum(d => d.Running.Length + d.QueuedCount) == n);
        }

        Assert.All(told, (ms, i) => Assert.InRange(ms / told[0], ((i / 2) + 1) * 0.8, ((i / 2) + 1) * 1.1));
    }

    [Fact]
    public async Task Submit_MoreChatsThanADeviceTakes_WaitHereAndASystemInfoGoesPast()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Samples.Ollama with { Slots = 1 });
        one.OnRun = run => run.Started();
        var chats = new List<JobId>();
        for (var n = 1; n <= 20; n++)
        {
            chats.Add(await mesh.SubmitAsync(Chat));
        }

        one.OnRun = run => run.Started().Text("{}").Succeed();
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Sysinfo)))).State);

        // One slot and two more; the others are here and run when it is their turn.
        Assert.Equal(4, one.Runs.Count);
        foreach (var run in one.Runs.Take(3))
        {
            run.Text("An answer.").Succeed();
        }

        Assert.All(await Task.WhenAll(chats.Select(mesh.EndedAsync)), j => Assert.Equal(JobState.Succeeded, j.State));
        Assert.Equal(21, one.Runs.Count);
    }

    [Fact]
    public async Task Submit_OneCallerHasTwentyQueued_AnothersChatIsNextAndIsToldSo()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Samples.Ollama with { Slots = 1 });
        one.OnRun = run => run.Started();
        for (var n = 1; n <= 20; n++)
        {
            await mesh.SubmitAsync(Chat);
        }

        await Until.TrueAsync("the fleet to show them", () => mesh.Fleet.Current.Devices.Sum(d => d.Running.Length + d.QueuedCount) == 20);
        var key = await mesh.Services.GetRequiredService<IApiKeys>().CreateAsync("bob", Scopes.Admin, null, TestContext.Current.CancellationToken);
        using var bob = mesh.NewClient(key.Secret);
        const string Asked = """{"kind":"chat","text":"What is a tide?"}""";

        var (_, plan) = await mesh.PostAsync("/api/plan", Asked, client: bob);
        var (_, taken) = await mesh.PostAsync("/api/jobs", Asked, client: bob);

        // Three are on the device, which runs more at once than it has slots for; the other seventeen wait behind it.
        var job = await mesh.JobAsync(new JobId(taken.GetProperty("id").GetString()!), v => v.Predicted is not null);
        var first = job.Plan!.Placements[0].Predicted;
        Assert.InRange(first.P50Ms / first.WorkP50Ms, 1.5, 4.5);
        Assert.Equal(plan.GetProperty("predicted").GetProperty("p50Ms").GetDouble(), first.P50Ms, first.P50Ms * 0.05);
        Assert.InRange(mesh.Jobs.Preview(Chat).Predicted!.P50Ms / first.WorkP50Ms, 17, 24);

        one.Runs.First().Text("An answer.").Succeed();
        await Until.TrueAsync("the next one to be sent", () => one.Runs.Count == 4);
        Assert.Equal(job.Id.Value, one.Runs.ElementAt(3).Request.JobId);
    }

    [Fact]
    public async Task Run_AfterWaitingHere_LearnsNothingOfTheWaiting()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxInFlightPerDevice", "1"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var first = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(first, v => v.Tasks is [{ State: TaskState.Running }]);
        var waits = Stopwatch.StartNew();
        one.OnRun = run => run.Started().Text("Short.").Succeed();
        var second = await mesh.SubmitAsync(Samples.Request());
        await Until.TrueAsync("the second to have waited a while", () => waits.Elapsed > TimeSpan.FromSeconds(1));

        one.Runs.Single().Text("Short.").Succeed();
        await mesh.EndedAsync(second);
        Calibration? learned = null;
        await Until.TrueAsync("both to be learned from", () => (learned = mesh.Fleet.Current.Find(one.Id)!.Calibrations.Values.SingleOrDefault())?.Runs == 2);
        Assert.InRange(learned!.FirstOverheadsMs![1], 0, 900);
    }
}
