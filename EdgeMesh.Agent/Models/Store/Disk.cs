using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>The few things about disks that .NET does not do by itself.</summary>
internal static partial class Disk
{
    private const int UnixNoSpace = 28;
    private const int UnixQuota = 122;
    private const int WindowsHandleFull = unchecked((int)0x80070027);
    private const int WindowsFull = unchecked((int)0x80070070);

    /// <summary>The error says that the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(IOException e) => e.HResult is UnixNoSpace or UnixQuota or WindowsHandleFull or WindowsFull;

    /// <summary>Bytes that this user may still write where <paramref name="path"/> is.</summary>
    public static long FreeBytes(string path) => new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;

    /// <summary>A second name for the same file, or a copy where the file system has no such thing.</summary>
    public static void LinkOrCopy(string file, string name)
    {
        var linked = OperatingSystem.IsWindows() ? CreateHardLink(name, file, 0) : Link(file, name) == 0;
        if (!linked)
        {
            File.Copy(file, name);
        }
    }

    public static bool TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path) && !new FileInfo(path).Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes a file that is there in full or not at all.</summary>
    public static void WriteAtomically(string temporary, string target, ReadOnlySpan<byte> content)
    {
        using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, target, overwrite: true);
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string file, string name);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string name, string file, nint security);
}
