using System.Buffers;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>Which names from outside may become files inside a model's folder, on every platform alike.</summary>
public static partial class SafePath
{
    private const int MostCharacters = 240;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>:\"|?*\\");

    /// <summary>The path as it is, when it is relative, stays inside and can exist on Windows, macOS and Linux; else <see cref="StoreFailure.UnsafePath"/>.</summary>
    public static string Check(string path) => IsSafe(path)
        ? path
        : throw new ModelStoreException(StoreFailure.UnsafePath, $"The file name \"{Shown(path)}\" could lead outside the model's folder or cannot exist on every device.");

    /// <summary>Checks each path, and that no two mean the same file on a device that ignores case, nor one is a folder of another.</summary>
    public static void CheckAll(IEnumerable<string> paths)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths)
        {
            if (!seen.Add(Check(path)))
            {
                throw new ModelStoreException(StoreFailure.UnsafePath, $"The file name \"{Shown(path)}\" is there twice.");
            }
        }

        var clash = seen.SelectMany(Folders).FirstOrDefault(seen.Contains);
        if (clash is not null)
        {
            throw new ModelStoreException(StoreFailure.UnsafePath, $"\"{Shown(clash)}\" is both a file and a folder.");
        }
    }

    /// <summary>Whether this is the name of a file, without a folder, on every platform alike: no <c>nul.onnx</c>, no <c>a:b</c>.</summary>
    public static bool IsFileName(string name) => IsSafe(name) && !name.Contains('/', StringComparison.Ordinal);

    internal static bool IsSafe(string path) =>
        path.Length is > 0 and <= MostCharacters && path.Split('/').All(IsSafeName);

    private static bool IsSafeName(string name) =>
        name.Length > 0
        && name[0] != ' ' && name[^1] is not ('.' or ' ') // also refuses "." and ".."
        && !name.AsSpan().ContainsAny(Forbidden)
        && !name.Any(char.IsControl)
        && !ReservedOnWindows().IsMatch(name);

    private static IEnumerable<string> Folders(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    private static string Shown(string path) => new([.. path.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    [GeneratedRegex(@"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", RegexOptions.IgnoreCase)]
    private static partial Regex ReservedOnWindows();
}
