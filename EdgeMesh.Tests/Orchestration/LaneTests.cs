using System.Diagnostics;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

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
