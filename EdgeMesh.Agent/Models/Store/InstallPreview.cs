namespace EdgeMesh.Agent.Models.Store;

/// <summary>What an install would take, before a byte of it is fetched.</summary>
/// <param name="Files">Files of the model.</param>
/// <param name="Bytes">Bytes of the model; null when the source does not say.</param>
/// <param name="BytesToFetch">Of those, not yet here; null when unknown.</param>
/// <param name="FreeDiskBytes">Free on the store's disk.</param>
/// <param name="DiskShortfallBytes">How many more would be needed, with the reserve; 0 fits.</param>
/// <param name="MemoryBytes">What it is estimated to want when it runs; null when unknown.</param>
/// <param name="DeviceMemoryBytes">What the device has for it; null when unknown.</param>
/// <param name="Kind">What would run it, by its file names.</param>
public sealed record InstallPreview(
    int Files, long? Bytes, long? BytesToFetch, long FreeDiskBytes, long DiskShortfallBytes, long? MemoryBytes, long? DeviceMemoryBytes, ModelKind Kind)
{
    /// <summary>True when both are known and it does not fit; unknown is not refused.</summary>
    public bool MemoryIsShort => MemoryBytes > DeviceMemoryBytes;
}
