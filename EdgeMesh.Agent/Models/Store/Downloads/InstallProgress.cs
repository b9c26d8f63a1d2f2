namespace EdgeMesh.Agent.Models.Store.Downloads;

public enum InstallPhase
{
    Listing,
    Fetching,
    Unpacking,
    Installing,
}

/// <summary>Where an install is.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="File">The file in work, or null.</param>
/// <param name="FilesDone">Files that are here.</param>
/// <param name="Files">Files in all.</param>
/// <param name="Bytes">Bytes that are here.</param>
/// <param name="TotalBytes">Bytes in all; null when the source does not say.</param>
/// <param name="BytesPerSecond">Measured over the last seconds; null until there is something to measure.</param>
/// <param name="Remaining">At that speed; null when unknown.</param>
public sealed record InstallProgress(
    InstallPhase Phase, string? File, int FilesDone, int Files, long Bytes, long? TotalBytes, double? BytesPerSecond, TimeSpan? Remaining);
