using EdgeMesh.Agent.Tasks;

namespace EdgeMesh.Tests.Agent.Tasks;

public sealed class LightPlacesTests
{
    [Fact]
    public void TryTake_CountOrBytesFull_IsRefusedUntilOneLeaves()
    {
        LightPlaces places = new(most: 3, mostBytes: 100);
        var one = places.TryTake(60);
        Assert.NotNull(one);
        Assert.Null(places.TryTake(50));
        Assert.NotNull(places.TryTake(40));
        Assert.NotNull(places.TryTake(0));
        Assert.Null(places.TryTake(0));
        one.Dispose();
        one.Dispose();
        Assert.NotNull(places.TryTake(60));
        Assert.Null(places.TryTake(0));
    }

    [Fact]
    public void TryTake_OneThatIsLargerThanAll_IsTakenAlone()
    {
        LightPlaces places = new(most: 3, mostBytes: 100);
        var large = places.TryTake(1_000);
        Assert.NotNull(large);
        Assert.Null(places.TryTake(1));
        large.Dispose();
        Assert.NotNull(places.TryTake(1));
    }
}
