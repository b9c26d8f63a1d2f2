namespace EdgeMesh.Agent.Tasks;

/// <summary>Limits of a device's executor.</summary>
public sealed record TaskLimits
{
    /// <summary>Attempts that a runtime works on at once when it says nothing of its own; ECHO and SYSINFO need no slot. Default 2.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>Attempts that wait for one runtime; more are refused as Busy. Default 256.</summary>
    public int Queue { get; init; } = 256;

    /// <summary>Bytes of the requests of all attempts that wait or run; more are refused as Busy. Default 512 MiB; a single one may be larger.</summary>
    public long QueueBytes { get; init; } = 512L << 20;

    /// <summary>ECHO and SYSINFO whose answer is not sent yet; more are refused as Busy. Default 256.</summary>
    public int Light { get; init; } = 256;

    /// <summary>Bytes of their requests together. Default 64 MiB; a single one may be larger.</summary>
    public long LightBytes { get; init; } = 64L << 20;

    /// <summary>Ended attempts kept until they are acknowledged; beyond that the oldest are forgotten. Default 256.</summary>
    public int KeptResults { get; init; } = 256;

    /// <summary>Characters and bytes of results kept; the newest is kept whatever its size. Default 16 million.</summary>
    public long KeptSize { get; init; } = 16_000_000;

    /// <summary>Most characters one attempt may write. Default 16 million.</summary>
    public int MostOutputChars { get; init; } = 16_000_000;
}
