using EdgeMesh.Dashboard.Orchestration.Beats;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Orchestration.Beats;

public sealed class LoadHistoryTests
{
    private readonly FakeTimeProvider time = new();
    private readonly LoadHistory history;

    public LoadHistoryTests()
    {
        time.Advance(TimeSpan.FromSeconds(1));
        history = new LoadHistory(time);
    }

    [Fact]
    public void Add_TwoBeatsASecond_KeepsOneOfThem()
    {
        Assert.Equal([10f], history.Add(10));
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal([10f], history.Add(20));
        time.Advance(TimeSpan.FromMilliseconds(490));
        Assert.Equal([10f, 30f], history.Add(30));
    }

    [Fact]
    public void Add_UnknownLoad_IsLeftOut()
    {
        history.Add(10);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([10f], history.Add(null));
    }

    [Fact]
    public void Add_MoreThanAMinute_ForgetsTheOldest()
    {
        for (var i = 0; i < 100; i++)
        {
            history.Add(i);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(40, 60).Select(i => (float)i), history.Values);
    }
}
