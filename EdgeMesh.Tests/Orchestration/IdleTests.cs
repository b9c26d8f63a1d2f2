using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Orchestration;

public sealed class IdleTests
{
    [Fact]
    public async Task Device_JobEnded_IsToldIdle()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var before = mesh.Jobs.Preview(Samples.Request()).Predicted!.P50Ms;
        JobId[] ids = [await mesh.SubmitAsync(Samples.Request()), await mesh.SubmitAsync(Samples.Request())];

        // A runtime that does not say works on two at once: a third one would wait.
        await Until.TrueAsync("the device to be told busy", () => mesh.Fleet.Current.Find(one.Id)!.Running.Length == 2);
        Assert.True(mesh.Jobs.Preview(Samples.Request()).Predicted!.P50Ms > before);

        await Until.TrueAsync("the device to have both", () => one.Runs.Count == 2);
        foreach (var run in one.Runs)
        {
            run.Text("Short.").Succeed();
        }

        await Task.WhenAll(ids.Select(mesh.EndedAsync));
        await Until.TrueAsync("the device to be told idle", () => mesh.Fleet.Current.Find(one.Id) is { QueuedWorkMs: 0, Running.IsEmpty: true });
    }
}
