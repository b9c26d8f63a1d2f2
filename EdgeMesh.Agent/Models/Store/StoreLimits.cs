namespace EdgeMesh.Agent.Models.Store;

/// <summary>How much the store takes, and how patiently it fetches.</summary>
public sealed record StoreLimits
{
    /// <summary>Largest model, in bytes, unpacked. Default 200 GB.</summary>
    public long MostModelBytes { get; init; } = 200L << 30;

    /// <summary>Bytes of the disk that stay free, so that the device keeps working. Default 512 MB.</summary>
    public long DiskReserveBytes { get; init; } = 512L << 20;

    /// <summary>Files in one model, 1 and more. Default 2,000.</summary>
    public int MostFiles { get; init; } = 2_000;

    /// <summary>Attempts after one that brought nothing new, 1 to 20. Default 5.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>Wait before the second attempt; it doubles, with jitter, up to 30 s. Default 1 s.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Shortest time between two progress reports. Default 100 ms.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromMilliseconds(100);
}

/// <summary>The room there is on the device.</summary>
/// <param name="FreeDisk">Free bytes where a path is.</param>
/// <param name="Memory">Bytes of memory that a model may take; null when unknown, and then nothing is refused for it.</param>
public sealed record DeviceRoom(Func<string, long> FreeDisk, Func<long?> Memory)
{
    /// <summary>This device: its free disk, and the memory that .NET sees (a container's limit counts).</summary>
    public static DeviceRoom Real { get; } = new(Disk.FreeBytes, () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
