using System.Text;

namespace EdgeMesh.Agent.Worker;

/// <summary>
/// Names of worker pipes. On POSIX systems a pipe is a socket file, and its whole path has at most 104 bytes (macOS) or 108 (Linux): below a long TMPDIR it goes into a
/// folder that is short.
/// </summary>
internal static class PipeName
{
    private const int MaxPathBytes = 100;

    /// <summary>What .NET puts before a name that is not a path.</summary>
    private const string Prefix = "CoreFxPipe_";

    /// <summary>A new name; a path where the folder for temporary files is too long.</summary>
    /// <exception cref="IOException">There is no folder whose path is short enough.</exception>
    public static string New() => New(Path.GetTempPath(), [Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), "/tmp", "/var/tmp"]);

    /// <summary>The name for a process whose folder for temporary files is another one.</summary>
    public static string Whole(string name) => OperatingSystem.IsWindows() || name is ['/', ..] ? name : Path.Combine(Path.GetTempPath(), Prefix + name);

    internal static string New(string temporary, IReadOnlyList<string?> others)
    {
        var name = "edgemesh-" + Guid.NewGuid().ToString("N");
        if (OperatingSystem.IsWindows() || Fits(Path.Combine(temporary, Prefix + name)))
        {
            return name;
        }

        foreach (var folder in others)
        {
            if (folder is ['/', ..] && Directory.Exists(folder) && Path.Combine(folder, name) is var path && Fits(path))
            {
                return path;
            }
        }

        throw new IOException($"The folder for temporary files, {temporary}, has too long a path for a worker's pipe. Set TMPDIR to a shorter one.");
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaxPathBytes;
}
