namespace EdgeMesh.Dashboard.Health;

/// <summary>How much is stored, and how much more can be.</summary>
/// <param name="DatabaseBytes">The database with its log.</param>
/// <param name="FreeBytes">What this user may still write on its disk.</param>
public sealed record StorageRoom(long DatabaseBytes, long FreeBytes);
