using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Who gets the places of jobs that have not ended.</summary>
public sealed class OpenJobsTests
{
    private readonly OpenJobs _open = new(new OrchestratorOptions { MaxOpenJobs = 20 });

    [Fact]
    public void TryBegin_OneCallerWantsAll_LeavesATenthForOthers()
    {
        Assert.Equal(18, Begin("ann", 50));
        Assert.Equal(1, Begin("bob", 1));
        Assert.Equal(0, Begin("ann", 1));
        Assert.Equal(1, Begin("cy", 1));
        Assert.Equal(0, Begin("dee", 1));
        Assert.Equal(20, _open.All.Count);
    }

    [Fact]
    public void Ended_TwiceOrUnknown_GivesBackOnePlace()
    {
        Assert.Equal(18, Begin("ann", 50));
        var one = _open.All.First();
        _open.Ended(one);
        _open.Ended(one);
        _open.Ended(Samples.NewJobId());
        Assert.Equal(1, Begin("ann", 5));
    }

    [Fact]
    public void Restore_MoreThanThereArePlaces_HasThemAllAndNobodyElseBegins()
    {
        for (var n = 0; n < 25; n++)
        {
            _open.Restore(Samples.NewJobId(), "ann");
        }

        Assert.Equal((25, 0), (_open.All.Count, Begin("bob", 1)));
    }

    private int Begin(string caller, int count) => Enumerable.Range(0, count).Count(_ => _open.TryBegin(Samples.NewJobId(), caller));
}
