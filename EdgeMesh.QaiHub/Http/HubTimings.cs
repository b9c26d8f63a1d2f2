namespace EdgeMesh.QaiHub.Http;

/// <summary>How long things may take and how often they are tried. The defaults are those of the service's public client.</summary>
public sealed record HubTimings
{
    /// <summary>To reach a host. Default 3.05 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(3.05);

    /// <summary>The service may be silent this long. Default 28 s.</summary>
    public TimeSpan Response { get; init; } = TimeSpan.FromSeconds(28);

    /// <summary>The storage may take this long to answer once it has a request. Default 4 s.</summary>
    public TimeSpan StorageResponse { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Tries in all, for what may pass: no connection, 429, 500, 502, 503, 504. 1 and more; default 6.</summary>
    public int Tries { get; init; } = 6;

    /// <summary>Before the second try, doubling with jitter. Default 0.75 s.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(0.75);

    /// <summary>The longest wait between two tries. Default 10 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait when there are too many jobs, doubling. Default 20 s.</summary>
    public TimeSpan FirstJobWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest such wait. Default 60 s.</summary>
    public TimeSpan LongestJobWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>When creating a job is given up. Default 10 min.</summary>
    public TimeSpan MostJobWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a job is asked for while someone waits. Default 10 s.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the service may be away while someone waits for a job. Default 10 min.</summary>
    public TimeSpan MostSilence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>No job runs longer. Default 8 h, the service's limit.</summary>
    public TimeSpan JobDeadline { get; init; } = TimeSpan.FromHours(8);
}
