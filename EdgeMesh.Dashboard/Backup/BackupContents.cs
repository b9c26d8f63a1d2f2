using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>Which files of a data folder a backup has: all but the database, which is copied apart, what is made anew, and what can be fetched again.</summary>
internal static class BackupContents
{
    /// <summary>Begins the names of what a backup needs for a moment; none of it is kept.</summary>
    public const string Temporary = "backup-";

    // Relative to the data folder. Models and archives are large and have a source; uploads belong to a browser that is gone.
    private static readonly string[] LeftOut =
        ["edgemesh.lock", "dashboard.url", "login-link.json", "storage.probe", "uploads", "agents", "device/models", "device/device.lock", "device/link.json", "orchestrator/device.lock", "qaihub/uploads", "qaihub/artifacts", "qaihub/logs", "qaihub/emulator"];

    private static readonly string[] Unfinished = [".new", ".part", ".tmp"];

    /// <summary>The files to take, by their names in the backup (relative, with slashes), in order.</summary>
    public static IEnumerable<(string Name, FileInfo File)> Of(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(f => (Name: Path.GetRelativePath(folder, f.FullName).Replace('\\', '/'), File: f))
            .Where(f => IsTaken(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal);

    /// <summary>Whether a name may be restored: relative, below the folder, in plain parts.</summary>
    public static bool IsSafe(string name) =>
        name.Length is > 0 and < 1_000 && name.Split('/').All(part => part is not ("" or "." or "..") && part.IndexOfAny(['\\', ':', '\0']) < 0);

    private static bool IsTaken(string name) =>
        !name.StartsWith(DashboardOptions.DatabaseFile, StringComparison.Ordinal) && !name.StartsWith(Temporary, StringComparison.Ordinal)
        && !Array.Exists(LeftOut, l => name == l || name.StartsWith(l + "/", StringComparison.Ordinal)) && !Array.Exists(Unfinished, e => name.EndsWith(e, StringComparison.Ordinal));
}
