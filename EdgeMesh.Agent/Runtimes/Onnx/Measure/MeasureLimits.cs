namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>How long and how large a measurement may become, whatever was asked for.</summary>
public sealed record MeasureLimits
{
    public static MeasureLimits Default { get; } = new();

    /// <summary>Once the runs took so long, no further one begins. Default 60 s.</summary>
    public TimeSpan Runs { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Loading and running together; then the worker is ended. Default 10 minutes.</summary>
    public TimeSpan Whole { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A load that took longer is not repeated warm. Default 10 s.</summary>
    public TimeSpan LoadWorthRepeating { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of all inputs together, made or given. Default 512 MiB.</summary>
    public long InputBytes { get; init; } = 512L << 20;

    /// <summary>Measured runs at most. Default 1,000,000.</summary>
    public int Iterations { get; init; } = 1_000_000;

    /// <summary>Warm-up runs at most. Default 10,000.</summary>
    public int WarmUp { get; init; } = 10_000;
}
