using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Decisions that come faster than devices tell what they hold.</summary>
public sealed class BurstTests
{
    private static readonly JobRequest Chat = Samples.Request(JobKind.Chat, "What is a tide?");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_SixChatsWithoutPauseToTwoEqualDevices_AreSharedEqually(bool atOnce)
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One", true, Samples.Ollama with { Slots = 1 }), await mesh.JoinAsync("Two", true, Samples.Ollama with { Slots = 1 }));
        one.OnRun = two.OnRun = run => run.Started();
        var ids = new List<JobId>();
        if (atOnce)
        {
            ids.AddRange(await Task.WhenAll(Enumerable.Range(1, 6).Select(_ => Task.Run(() => mesh.SubmitAsync(Chat)))));
        }
        else
        {
            for (var n = 1; n <= 6; n++)
            {
                ids.Add(await mesh.SubmitAsync(Chat));
            }
        }

        var jobs = await Task.WhenAll(ids.Select(id => mesh.JobAsync(id, v => v.Plan is not null)));
        Assert.Equal([3, 3], jobs.GroupBy(j => j.Plan!.Placements.Single().Device).Select(g => g.Count()));
    }

    [Fact]
    public void Placed_UntilASnapshotHasIt_CountsOnce()
    {
        var feed = new FleetFeed();
        var placed = new PlacedWork(feed);
        var device = Samples.Device() with { Runtimes = [Samples.Ollama] };
        feed.Publish(Samples.Fleet(device));
        var (first, second) = (Samples.NewJobId(), Samples.NewJobId());
        Assert.NotNull(placed.Decide(first, Chat, "", Plan).Plan);
        Assert.NotNull(placed.Decide(second, Chat, "", Plan).Plan);
        Assert.Equal(2, placed.Current.Devices[0].Lanes.Single().WaitingMs.Length);

        // The first is in the device's books, and the fleet tells it with version 3; the second failed on its way.
        placed.Told([new AttemptId(first, new TaskId(1), 1)], 3);
        placed.Settle(a => a.Job == first || a.Job == second);
        Assert.Single(placed.Current.Devices[0].Lanes.Single().WaitingMs);
        feed.Publish(Samples.Fleet(device) with { Version = 2 });
        Assert.Single(placed.Current.Devices[0].Lanes.Single().WaitingMs);
        feed.Publish(Samples.Fleet(device) with { Version = 3 });
        Assert.Same(feed.Current, placed.Current);

        static EdgeMesh.Core.Planning.PlanResult Plan(EdgeMesh.Core.Devices.FleetSnapshot fleet) =>
            EdgeMesh.Core.Planning.PlanningPipeline.Plan(Chat, fleet, new EdgeMesh.Core.Placement.PlanContext(Samples.Now, null));
    }
}
