namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>Where a path leads once every link in it is followed, not only the last one.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // as the kernels do

    /// <summary>The final target of an absolute path, whether or not it is there.</summary>
    /// <exception cref="IOException">Links lead in a circle, or a folder on the way cannot be read.</exception>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var current = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full[current.Length..]).Reverse());
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"{path} leads through too many links.");
            }

            if (Path.IsPathRooted(target))
            {
                target = Path.GetFullPath(target);
                current = Path.GetPathRoot(target)!;
                target = target[current.Length..];
            }

            foreach (var step in Parts(target).Reverse())
            {
                rest.Push(step);
            }
        }

        return current;
    }

    /// <summary>The steps from a folder to what is in it; null when it is not in it. Empty for the folder itself. Both are real paths.</summary>
    public static string[]? Inside(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return relative == "." ? [] : Path.IsPathRooted(relative) || Parts(relative) is ["..", ..] ? null : Parts(relative);
    }

    private static string[] Parts(string path) =>
        [.. path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".")];
}
