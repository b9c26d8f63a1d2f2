namespace EdgeMesh.Agent.MeshModels;

/// <summary>Reads the folders that a device's owner names for models, from a command line, the environment or a configuration file.</summary>
public static class FolderNames
{
    /// <summary>The folders, absolute; or what is wrong with one of them, in words. One that is not there (yet) is fine: disks come and go.</summary>
    /// <param name="given">As they were given. <c>~</c> is the home folder, as a shell would have it.</param>
    /// <param name="origin">Where they were given, for the words: <c>--models-from</c>.</param>
    /// <param name="from">What relative ones are relative to; null: they are refused, as in a file that no folder belongs to.</param>
    public static (ImmutableArray<string> Folders, string? Problem) Read(IEnumerable<string?> given, string origin, string? from)
    {
        ArgumentNullException.ThrowIfNull(given);
        var folders = ImmutableArray.CreateBuilder<string>();
        foreach (var text in given)
        {
            var path = AtHome(text?.Trim() ?? "");
            if (path.Length == 0)
            {
                return Wrong("an empty name is no folder");
            }

            if (path.Contains('\0', StringComparison.Ordinal))
            {
                return Wrong($"{PrintableText.Of(path, 200)} is not a path");
            }

            if (!Path.IsPathFullyQualified(path) && from is null)
            {
                return Wrong($"{path} is not a whole path");
            }

            var full = Path.GetFullPath(path, from ?? Path.GetPathRoot(path)!);
            if (File.Exists(full))
            {
                return Wrong($"{full} is a file");
            }

            if (!folders.Contains(full))
            {
                folders.Add(full);
            }
        }

        return (folders.ToImmutable(), null);

        (ImmutableArray<string> Folders, string? Problem) Wrong(string cause) =>
            ([], $"{origin}: {cause}. Name a folder with models, such as {Path.Combine(Home, "models")}.");
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string AtHome(string path) => path == "~" ? Home : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, path[2..]) : path;
}
