using System.Runtime.InteropServices;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>The folder that keeps everything: owner-only, and used by one dashboard at a time (a locked file).</summary>
public sealed class DataDirectory : IDisposable
{
    private const string LockFile = "edgemesh.lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly string[] OwnFiles = [LockFile, "edgemesh.db", "admin.key"];

    private readonly FileStream @lock;

    private DataDirectory(string path)
    {
        Path = path;
        @lock = Lock(path);
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>Where it is when nothing says otherwise: XDG data home, Application Support or LocalAppData, + <c>edgemesh</c>.</summary>
    public static string DefaultPath()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0
            ? System.IO.Path.Combine(home, "edgemesh")
            : throw new StartupException("This user has no data folder (HOME is not set). Name one with --data DIR.");
    }

    /// <summary>Creates the folder when needed and takes its lock.</summary>
    /// <exception cref="StartupException">It cannot be used, is another program's, or another dashboard uses it.</exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            var full = System.IO.Path.GetFullPath(path);
            KeepToOwner();
            Claim(full);
            return new DataDirectory(full);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException or NotSupportedException)
        {
            throw new StartupException($"The data folder {path} cannot be used: {e.Message} Name another one with --data DIR.", e);
        }
    }

    /// <summary>Files made from here on by this process, SQLite's too, are for the owner only.</summary>
    public static void KeepToOwner()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetFileModeMask(0b000_111_111);
        }
    }

    /// <summary>Whether a dashboard has the folder open now; false when it is no data folder, or cannot be looked into.</summary>
    public static bool IsInUse(string path)
    {
        try
        {
            using var probe = new FileStream(System.IO.Path.Combine(path, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => @lock.Dispose();

    /// <summary>Ours: new, empty, or with our files in it. Another program's folder is neither filled nor locked up.</summary>
    private static void Claim(string path)
    {
        if (!Directory.Exists(path))
        {
            CreateOwnerOnly(path);
            return;
        }

        // Who owns a folder may replace what is in it, whatever rights its files have: the keys above all. Root could take any folder by mistake.
        if (FileOwner.OtherThanMe(path) is { } uid)
        {
            throw new StartupException($"The data folder {path} belongs to another user (uid {uid}), who could replace what is in it. Start the dashboard as that user, or name another folder with --data DIR.");
        }

        var names = Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).ToHashSet();
        if (names.Count > 0 && !OwnFiles.Any(names.Contains))
        {
            throw new StartupException($"The folder {path} has other files in it and is no EdgeMesh data folder. Name an empty or new one with --data DIR.");
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    private static void CreateOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerOnly);
    }

    private static FileStream Lock(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(System.IO.Path.Combine(path, LockFile), options);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new StartupException($"Another dashboard already uses the data folder {path}. Stop that one, or give this one its own with --data DIR.", e);
        }
    }

#pragma warning disable SYSLIB1054 // A blittable call; generated marshalling would only add unsafe code to the project.
    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetFileModeMask(uint mask);
#pragma warning restore SYSLIB1054
}
