using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;

namespace EdgeMesh.Tests.Core.Placement;

public sealed class WorkerLimitTests
{
    [Theory]
    [InlineData(null, 2, 3)]
    [InlineData(3, 2, 3)]
    [InlineData(2, 2, 2)]
    [InlineData(1, 2, 2)]
    [InlineData(1, 0, 3)]
    public void Keep_DevicesInUse_StaysWithThemOnceTheyAreAllItMay(int? most, int used, int expected)
    {
        var fleet = Any.FleetOf(Any.Device(0), Any.Device(1), Any.Device(2));
        var kept = WorkerLimit.Keep(fleet, Any.Request(JobKind.Chat) with { MaxWorkers = most }, Enumerable.Range(0, used).Select(Any.Id).ToHashSet());
        Assert.Equal(Enumerable.Range(0, expected).Select(Any.Id), kept.Devices.Select(d => d.Id));
    }
}
