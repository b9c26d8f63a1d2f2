using System.Text;

namespace EdgeMesh.Agent.Files;

/// <summary>Files that only their owner may read, written whole or not at all.</summary>
public static class OwnerOnlyFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes (replaces) a file; a crash leaves the old one.</summary>
    public static void Write(string path, string text)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Creates the directory, for the owner only, when it is not there.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Takes away rights that a copy or a restored backup came with.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~Owner) != 0)
        {
            File.SetUnixFileMode(path, Owner);
        }
    }
}
