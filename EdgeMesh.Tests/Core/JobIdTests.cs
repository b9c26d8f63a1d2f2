namespace EdgeMesh.Tests.Core;

public sealed class JobIdTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 13, 29, 25, TimeSpan.Zero);

    [Fact]
    public void New_LaterMilliseconds_SortLater()
    {
        // Steps that cross every character of the alphabet in several places.
        // Each millisecond once: within one, random bits decide.
        var times = Enumerable.Range(0, 5_000).Select(i => (i * 37L * ((i % 7) + 1L)) + (i * 300L)).Distinct().ToList();
        var ids = times.ConvertAll(ms => JobId.New(Start.AddMilliseconds(ms)).Value);
        Assert.Equal(times.Zip(ids).OrderBy(t => t.First).Select(t => t.Second), ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void New_Parsed_IsTheSame()
    {
        var id = JobId.New(Start);
        Assert.True(JobId.TryParse(id.Value, out var parsed));
        Assert.Equal(id, parsed);
    }
}
