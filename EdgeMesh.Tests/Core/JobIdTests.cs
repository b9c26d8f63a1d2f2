namespace EdgeMesh.Tests.Core;

public sealed class JobIdTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 13, 29, 25, TimeSpan.Zero);

    [Fact]
    public void New_LaterMilliseconds_SortLater()
    {
        // Steps that cross every character of the alphabet in several places.
        var ids = Enumerable.Range(0, 5_000).Select(i => JobId.New(Start.AddMilliseconds(i * 337L)).Value).ToList();
        Assert.Equal(ids, ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void New_Parsed_IsTheSame()
    {
        var id = JobId.New(Start);
        Assert.True(JobId.TryParse(id.Value, out var parsed));
        Assert.Equal(id, parsed);
    }
}
