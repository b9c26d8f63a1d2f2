namespace EdgeMesh.Dashboard.Backup;

/// <summary>The first file in a backup: what it is of.</summary>
/// <param name="Format">Version of the layout inside; 1.</param>
/// <param name="Version">Version of EdgeMesh that made it.</param>
/// <param name="MadeAt">When; UTC.</param>
/// <param name="Machine">The computer that the dashboard ran on.</param>
internal sealed record BackupManifest(int Format, string Version, DateTimeOffset MadeAt, string Machine)
{
    public const int CurrentFormat = 1;
    public const string FileName = "backup.json";
}
