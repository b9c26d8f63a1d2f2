namespace EdgeMesh.Agent.Worker;

/// <summary>Limits of the worker process.</summary>
public sealed record WorkerOptions
{
    /// <summary>Resident MiB beyond which a worker is ended; 0 is three quarters of the machine's memory. Default 0.</summary>
    public long MemoryLimitMb { get; init; }

    /// <summary>A worker that nobody used for so long is stopped, to give its memory back. Default 10 minutes.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The limit in force, MiB.</summary>
    public long EffectiveMemoryLimitMb =>
        MemoryLimitMb > 0 ? MemoryLimitMb : Math.Max(1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024 * 3 / 4);
}
