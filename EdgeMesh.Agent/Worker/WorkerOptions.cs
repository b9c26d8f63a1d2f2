using EdgeMesh.Agent.Worker.Sandbox;

namespace EdgeMesh.Agent.Worker;

/// <summary>Limits of the worker process.</summary>
public sealed record WorkerOptions
{
    /// <summary>Resident MiB beyond which a worker is ended; 0 is three quarters of the machine's memory. Default 0.</summary>
    public long MemoryLimitMb { get; init; }

    /// <summary>A worker that nobody used for so long is stopped, to give its memory back. Default 10 minutes.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Folders with models that a worker may read besides the built-in ones; absolute. Default none.</summary>
    public ImmutableArray<string> ModelFolders { get; init; } = [];

    /// <summary>The execution provider whose drivers it needs. Default the CPU: none.</summary>
    public string Provider { get; init; } = "";

    /// <summary>What a worker of these may reach.</summary>
    internal SandboxPlan Plan(string scratch) => new([.. ModelFolders, .. DriverFiles.Reads(Provider)], scratch, DriverFiles.Of(Provider));

    /// <summary>The limit in force, MiB.</summary>
    public long EffectiveMemoryLimitMb =>
        MemoryLimitMb > 0 ? MemoryLimitMb : Math.Max(1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024 * 3 / 4);
}
