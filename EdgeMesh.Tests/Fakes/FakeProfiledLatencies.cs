using EdgeMesh.Dashboard.Models.Profiled;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Profile results set by the test.</summary>
public sealed class FakeProfiledLatencies : IProfiledLatencies
{
    public ImmutableArray<ProfiledLatency> All { get; set; } = [];

    public Task RecordAsync(ProfiledLatency latency, CancellationToken cancellationToken)
    {
        All = [latency, .. All];
        return Task.CompletedTask;
    }
}
