namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>What is never read for a model, wherever it is: hidden entries, programs' own settings, and data directories of EdgeMesh.</summary>
internal static class PrivatePlaces
{
    // Windows' and macOS' folders for programs' own data; they are not hidden by a dot.
    private static readonly string[] s_settings = ["AppData", "Library"];

    // Of an agent, and of a dashboard.
    private static readonly string[] s_marks = ["device.key", "device.lock", "admin.key", "edgemesh.db"];

    /// <summary>Whether an entry of this name is left out, below a folder that was named.</summary>
    public static bool IsPrivate(string name) => name.StartsWith('.') || s_settings.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether this very folder is where an agent or a dashboard keeps its keys.</summary>
    public static bool IsData(string folder) => Array.Exists(s_marks, m => File.Exists(Path.Combine(folder, m)));

    /// <summary>The same, for it and every folder around it.</summary>
    public static bool IsInData(string path)
    {
        for (var folder = path; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (IsData(folder))
            {
                return true;
            }
        }

        return false;
    }
}
