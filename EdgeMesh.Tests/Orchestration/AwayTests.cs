using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Work that comes in while the device that would do it is away for a moment.</summary>
public sealed class AwayTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_WhileTheOnlyDeviceIsAway_WaitsForIt()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Text("back again").Succeed();
        await mesh.CutAsync(one);
        Assert.True(mesh.Jobs.Preview(Samples.Request()).MayWait);

        var id = await mesh.SubmitAsync(Samples.Request());
        Assert.Empty((await mesh.Jobs.GetAsync(id, Test))!.Tasks);
        await mesh.LinkAsync(one);

        Assert.Equal((JobState.Succeeded, "back again"), (await mesh.EndedAsync(id)) is var job ? (job.State, job.Result!.Text) : default);
    }

    [Fact]
    public async Task Submit_TheDeviceDoesNotComeBack_TheJobEndsAndNamesIt()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:WaitForDevice", "00:00:01"));
        var one = await mesh.JoinAsync("One");
        await mesh.CutAsync(one);

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal((JobState.Failed, "no_device_can"), (job.State, job.Error!.Code));
        Assert.Contains("One: ", job.Error.Detail, StringComparison.Ordinal);
        Assert.Equal("Bring One back: it has a model for this.", job.Error.Remedy);
    }
}
