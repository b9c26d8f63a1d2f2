namespace EdgeMesh.Dashboard.Health;

/// <summary>Where everything is stored.</summary>
/// <param name="Folder">The data folder; absolute.</param>
/// <param name="Database">The database in it; absolute.</param>
public sealed record StoragePlace(string Folder, string Database);
