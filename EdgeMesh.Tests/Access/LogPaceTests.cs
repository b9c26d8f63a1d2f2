using EdgeMesh.Dashboard.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

public sealed class LogPaceTests
{
    [Fact]
    public void Judge_FloodOfOneKind_IsCutAndCounted_OthersAreNot()
    {
        FakeTimeProvider time = new();
        LogPace pace = new(time);
        Assert.Equal(LogPace.Most, Enumerable.Range(0, 40_000).Count(_ => pace.Judge("Login", new EventId(1)).Written));
        Assert.Equal((true, 0), pace.Judge("Login", new EventId(2)));
        Assert.Equal((true, 0), pace.Judge("Kestrel", new EventId(1)));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((true, 40_000 - LogPace.Most), pace.Judge("Login", new EventId(1)));
        Assert.Equal((true, 0), pace.Judge("Login", new EventId(1)));
    }
}
