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
        var id = await mesh.SubmitAsync(Samples.Request());
        await Until.TrueAsync("the device to be told busy", () => mesh.Fleet.Current.Find(one.Id)!.QueuedWorkMs > 0);
        Assert.True(mesh.Jobs.Preview(Samples.Request()).Predicted!.P50Ms > before);

        one.Runs.Single().Text("Short.").Succeed();
        await mesh.EndedAsync(id);
        await Until.TrueAsync("the device to be told idle", () => mesh.Fleet.Current.Find(one.Id) is { QueuedWorkMs: 0, Running.IsEmpty: true });
    }
}
