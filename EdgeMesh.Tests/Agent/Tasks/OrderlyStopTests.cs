using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>What orchestrators see of an agent that is stopped, by the real service over a link in memory.</summary>
public sealed class OrderlyStopTests
{
    private readonly HeldRuntime _held = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_SomethingRuns_SaysSoTakesNothingAndLetsItFinish()
    {
        await using var agent = await ServedAgent.StartAsync(TimeSpan.FromMinutes(1), _held);
        var link = agent.Link("one");
        using var watch = link.Watch(new WatchRequest(), cancellationToken: Stop);
        Assert.True(await watch.ResponseStream.MoveNext(Stop));
        Assert.False(watch.ResponseStream.Current.Stopping);
        var running = ReadAsync(link, "t1");
        await Until.TrueAsync("it to run", () => _held.Runs == 1);

        var stopping = agent.StopAsync();

        while (!watch.ResponseStream.Current.Stopping)
        {
            Assert.True(await watch.ResponseStream.MoveNext(Stop));
        }

        var refused = (await ReadAsync(link, "t2"))[^1].Failure;
        Assert.Equal((nameof(ReasonCode.NotReady), "The agent is being stopped."), (refused.Reason, refused.Cause));
        Assert.False(stopping.IsCompleted);

        _held.Finish("t1");
        Assert.NotNull((await running)[^1].Receipt);
        while (await watch.ResponseStream.MoveNext(Stop))
        {
            Assert.True(watch.ResponseStream.Current.Stopping);
        }

        await stopping;
    }

    [Fact]
    public async Task Stop_ItDoesNotFinishInTime_IsLostAndWhatWaitsIsHandedBack()
    {
        await using var agent = await ServedAgent.StartAsync(_held);
        var link = agent.Link("one");
        Task<List<TaskUpdate>>[] running = [ReadAsync(link, "t1"), ReadAsync(link, "t2")];
        await Until.TrueAsync("them to run", () => _held.Runs == 2);
        var waiting = ReadAsync(link, "t3");
        await Until.TrueAsync("the third to wait", async () => (await link.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts.Count == 3);

        await agent.StopAsync();

        Assert.All(await Task.WhenAll(running), updates =>
        {
            Assert.Equal("done ", string.Concat(updates.Select(u => u.Text)));
            Assert.Equal((nameof(ReasonCode.Lost), "The agent was stopped while it worked on this."), (updates[^1].Failure.Reason, updates[^1].Failure.Cause));
        });
        var back = (await waiting)[^1].Failure;
        Assert.Equal((nameof(ReasonCode.NotReady), "The agent was stopped before it began with this."), (back.Reason, back.Cause));
        Assert.Equal(2, _held.Runs);
    }

    private static async Task<List<TaskUpdate>> ReadAsync(DeviceService.DeviceServiceClient link, string task)
    {
        using var call = link.RunTask(new TaskRequest { JobId = "job", TaskId = task, Attempt = 1, Kind = TaskKindValue.LlmGenerate, RuntimeId = "held", ModelId = "model" }, cancellationToken: Stop);
        return await call.ResponseStream.ReadAllAsync(Stop).SelectMany(f => f.Updates).ToListAsync(Stop);
    }
}
