using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Files;

/// <summary>Whose a file or folder is.</summary>
public static partial class FileOwner
{
    private const int Here = -100; // AT_FDCWD
    private const uint WantUid = 0x8;
    private const int UidAt = 20;

    /// <summary>The number of another user who owns it; null when it is this process's user's, is not there, or the system does not say (it is asked on Linux only).</summary>
    public static int? OtherThanMe(string path) => OtherThan(path, OperatingSystem.IsLinux() ? (int)Me() : 0);

    internal static int? OtherThan(string path, int me)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> status = stackalloc byte[256];
        try
        {
            return Ask(Here, path, 0, WantUid, ref status[0]) == 0 && BinaryPrimitives.ReadInt32LittleEndian(status[UidAt..]) is var uid && uid != me ? uid : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ask(int folder, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Me();
}
