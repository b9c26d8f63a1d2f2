using EdgeMesh.Agent.Tasks;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>The memory of a task is what the process grew by, not what the agent had before.</summary>
public sealed class MemoryGrowthTests
{
    private const long Mb = 1024 * 1024;

    [Theory]
    [InlineData(new long[] { 300, 340, 310 }, 40)]
    [InlineData(new long[] { 300, 300 }, 0)]
    [InlineData(new long[] { 300, 250, 260 }, 0)]
    [InlineData(new long[] { 300, 310, 390, 320 }, 90)]
    public void PeakMb_IsTheGrowthAndNeverTheAgentsOwn(long[] residentMb, long expected)
    {
        var time = new FakeTimeProvider();
        var samples = new Queue<long>(residentMb);
        var last = 0L;
        using var memory = new MemoryGrowth(time, () => last = (samples.TryDequeue(out var mb) ? mb * Mb : last));
        while (samples.Count > 1)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(expected, memory.PeakMb);
    }
}
