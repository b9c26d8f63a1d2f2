namespace EdgeMesh.Dashboard.Models.Profiled;

/// <summary>The profile results of AI Hub that were seen, kept over restarts: for the device pages and the predictions. Thread-safe.</summary>
public interface IProfiledLatencies
{
    /// <summary>Newest first; at most a few hundred.</summary>
    ImmutableArray<ProfiledLatency> All { get; }

    /// <summary>Keeps a result; one of a job that is known replaces it. Figures that are no time (not finite, not over 0) are not kept.</summary>
    Task RecordAsync(ProfiledLatency latency, CancellationToken cancellationToken);
}
