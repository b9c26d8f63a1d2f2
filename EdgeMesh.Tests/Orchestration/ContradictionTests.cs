using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Two that say they are the same, or have the same: one of them counts, and what is wrong is said.</summary>
public sealed class ContradictionTests
{
    private static readonly JobRequest Chat = Samples.Request(JobKind.Chat, "What is a tide?");

    [Fact]
    public async Task Dashboard_StartedOnACopyOfItsData_TheNewerOneCountsAndTheOlderSaysWhy()
    {
        using var folder = new TemporaryDirectory();
        var one = new FakeDevice("One");
        JobId open;
        await using (var before = await MeshHost.StartAsync(folder["data"]))
        {
            one = await before.JoinAsync("One", true, Samples.Ollama);
            one.OnRun = run => run.Started().Text("High and ");
            open = await before.SubmitAsync(Chat);
            await before.JobAsync(open, v => v.Tasks is [{ Current.Output.Length: 9 }]);
        }

        Copy(folder["data"], folder["copy"]);
        await using var original = await MeshHost.StartAsync(folder["data"]);
        await original.LinkAsync(one, true, Samples.Ollama);
        await Until.TrueAsync("the original to go on", () => one.Attached.Count == 1);
        await using var copy = await MeshHost.StartAsync(folder["copy"]);
        await copy.LinkAsync(one, true, Samples.Ollama);
        await Until.TrueAsync("the copy to go on", () => one.Attached.Count == 2);

        // The work that both know of runs once, and both have its one result.
        one.Runs.Single().Text("low.").Succeed();
        Assert.Equal("High and low.", (await original.EndedAsync(open)).Result!.Text);
        Assert.Equal("High and low.", (await copy.EndedAsync(open)).Result!.Text);

        // From then on the device works for the newer start only.
        one.OnRun = run => run.Started().Text("An answer.").Succeed();
        Assert.Equal(JobState.Succeeded, (await copy.EndedAsync(await copy.SubmitAsync(Chat))).State);
        var refused = (await original.EndedAsync(await original.SubmitAsync(Chat))).Tasks[0].Attempts[0];
        Assert.Equal(ReasonCode.Refused, refused.Reason);
        Assert.Equal("One takes orders of a newer start of this dashboard: a copy of its data directory runs elsewhere. Stop one of the two.", refused.Cause);
        Assert.Equal(2, one.Runs.Count);
    }

    /// <summary>Both of them say that there is another one, on the device's page and over the API.</summary>
    [Fact]
    public async Task Device_HearsTwoStartsOfOneDashboard_WarnsOnBoth()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        foreach (var (other, words) in (List<(OtherStart, string)>)[(OtherStart.Older, "an older start of this dashboard"), (OtherStart.Newer, "a newer start of this dashboard")])
        {
            await mesh.Services.GetRequiredService<ILinkSink>().BeatAsync(mesh.Links.Find(one.Id)!, Samples.Telemetry() with { OtherStart = other }, null, null);
            await Until.TrueAsync("the warning", () => mesh.Fleet.Current.Devices[0].Warning?.Contains(words, StringComparison.Ordinal) == true);
            Assert.EndsWith("a copy of its data directory runs elsewhere. Stop one of the two.", mesh.Fleet.Current.Devices[0].Warning, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Device_SaysItHasTheAttemptOfAnother_ChangesNothing(bool ended)
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One", true, Samples.Ollama), await mesh.JoinAsync("Two"));
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Chat);
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        var attempt = new AttemptRef { JobId = id.Value, TaskId = one.Runs.Single().Request.TaskId, Attempt = 1 };
        two.Claims.Enqueue(new KnownAttempt { Attempt = attempt, Started = true, Ended = ended });
        two.Claims.Enqueue(new KnownAttempt { Attempt = new AttemptRef { JobId = Samples.NewJobId().Value, TaskId = "t1", Attempt = 1 }, Ended = true });
        two.Claims.Enqueue(new KnownAttempt());
        two.Claims.Enqueue(new KnownAttempt { Attempt = new AttemptRef { JobId = "../..", TaskId = new string('t', 10_000), Attempt = int.MaxValue } });

        await mesh.CutAsync(two);
        await mesh.LinkAsync(two);

        // What nobody waits for is let go of; what another device works on is not taken from it.
        await Until.TrueAsync("the attempt of nobody to be let go of", () => !two.Acknowledged.IsEmpty);
        Assert.Empty(two.Attached);
        Assert.DoesNotContain(attempt, two.Acknowledged);
        one.Runs.Single().Text("High and low.").Succeed();
        var job = await mesh.EndedAsync(id);
        Assert.Equal((JobState.Succeeded, "High and low.", one.Id), (job.State, job.Result!.Text, job.Tasks[0].Attempts.Single().Receipt!.DeviceId));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
